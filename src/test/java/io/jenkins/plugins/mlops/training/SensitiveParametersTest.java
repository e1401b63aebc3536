package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.PasswordParameterDefinition;
import hudson.model.PasswordParameterValue;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.security.SecretSearch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What is declared sensitive reaches the training code, and nobody else; so does the credential of trainings. */
@WithJenkins
class SensitiveParametersTest {

    private static final Map<String, String> PLANTED = Map.of(
            "bound", "bound-5c0ffee-credential",
            "password parameter", "parameter-5c0ffee-typed",
            "computed", "computed-5c0ffee-string",
            "registry password", "registry-5c0ffee-password");

    private FakeMlflowServer mlflow;
    private JenkinsRule jenkins;

    @BeforeEach
    void configured(JenkinsRule rule) throws Exception {
        jenkins = rule;
        mlflow = new FakeMlflowServer();
        mlflow.configure();
    }

    @AfterEach
    void closed() {
        mlflow.close();
    }

    @Test
    void theyAreVariablesOfTheCodeAndInNoFile() throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .addAll(List.of(
                        new StringCredentialsImpl(
                                CredentialsScope.GLOBAL, "token", null, Secret.fromString(PLANTED.get("bound"))),
                        new UsernamePasswordCredentialsImpl(
                                CredentialsScope.SYSTEM, "promoter", null, "boss", PLANTED.get("registry password")),
                        new UsernamePasswordCredentialsImpl(
                                CredentialsScope.SYSTEM, "trainer", null, "intern", "training-5c0ffee-password")));
        MlflowProfile profile = MlopsConfiguration.get().mlflowServer(null);
        profile.setCredentialsId("promoter");
        profile.setTrainingCredentialsId("trainer");

        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "sensitive");
        job.addProperty(new ParametersDefinitionProperty(new PasswordParameterDefinition("PASS", "", "")));
        String computed =
                Base64.getEncoder().encodeToString(PLANTED.get("computed").getBytes());
        job.setDefinition(new CpsFlowDefinition("""
                node {
                  withCredentials([string(credentialsId: 'token', variable: 'TOKEN')]) {
                    withMLflow(experiment: 'e', params: [epochs: 3, token: TOKEN, db: [password: params.PASS, user: 'sam'],
                        computed: new String('@COMPUTED@'.decodeBase64())], sensitive: ['token', 'db.password', 'computed']) {
                      sh '''set -e
                        cp "$MLOPS_PARAMS_FILE" params.json
                        test ${#MLOPS_SECRET_TOKEN}${#MLOPS_SECRET_DB_PASSWORD}${#MLOPS_SECRET_COMPUTED} = 242323
                        test "$MLFLOW_TRACKING_USERNAME-$MLFLOW_TRACKING_PASSWORD" = intern-training-5c0ffee-password
                        echo "printed: $MLOPS_SECRET_TOKEN $MLOPS_SECRET_DB_PASSWORD $MLOPS_SECRET_COMPUTED"
                      '''
                      sleep 3
                      echo 'halt'
                      input 'look'
                    }
                  }
                }
                """.replace("@COMPUTED@", computed), false));
        WorkflowRun build = job.scheduleBuild2(
                        0, new ParametersAction(new PasswordParameterValue("PASS", PLANTED.get("password parameter"))))
                .waitForStart();
        jenkins.waitForMessage("Proceed or Abort", build);
        jenkins.assertLogContains("printed: **** **** ****", build);

        SecretSearch search = new SecretSearch(PLANTED);
        Path home = jenkins.jenkins.getRootDir().toPath();
        assertThat(search.below(home).stream().filter(found -> !isScript(found)))
                .as("while it runs")
                .isEmpty();
        assertThat(mlflow.said())
                .allSatisfy(request -> assertThat(
                                search.in(request).stream().filter(found -> !found.equals("registry password")))
                        .isEmpty());
        assertThat(jenkins.jenkins
                        .getWorkspaceFor(job)
                        .child("params.json")
                        .readToString()
                        .replaceAll("\\s", ""))
                .isEqualTo("{\"epochs\":3,\"db\":{\"user\":\"sam\"}}");

        build.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        assertThat(search.below(home).stream().filter(found -> !isScript(found)))
                .as("after it")
                .isEmpty();
        try (JenkinsRule.WebClient browser = jenkins.createWebClient()) {
            for (String page :
                    List.of("mlops/", "mlops/api/json?depth=3", "api/json?depth=3", "consoleText", "flowGraphTable/")) {
                assertThat(search.in(browser.goTo(build.getUrl() + page, null)
                                .getWebResponse()
                                .getContentAsString()))
                        .as(page)
                        .isEmpty();
            }
        }
    }

    /** The script itself has what is computed, in Base64, in each file that holds the Groovy that was typed. */
    private static boolean isScript(String found) {
        return found.matches("(?s)computed: \\S.*?/(config\\.xml|build\\.xml|program\\.dat) after .*");
    }

    @Test
    void whatCannotBeKeptIsRefusedWithoutBeingTold() throws Exception {
        refused("withMLflow(experiment: 'e', params: [a: 'short'], sensitive: ['a']) {}", "shorter than 6 characters");
        refused(
                "withMLflow(experiment: 'e', params: [a: 'long enough'], sensitive: ['b']) {}",
                "'b' is no single value");
        refused("withMLflow(experiment: 'e', sensitive: ['b']) {}", "no 'params'");
        refused(
                "withMLflow(experiment: 'e', params: [a: hudson.util.Secret.fromString('swordfish')]) {}",
                "'a' is a password: name it in 'sensitive'");
        refused(
                "withMLflow(experiment: 'e', params: ['a-b': 'swordfish', a_b: 'swordfish'], sensitive: ['a-b', 'a_b']) {}",
                "would both be the variable MLOPS_SECRET_A_B");
        refused(
                "trainModel(image: 'i', command: ['c'], params: [a: 'x'], sensitive: ['a'])",
                "shorter than 6 characters");
        WithMlflowStep step = new WithMlflowStep("e");
        step.setParams(Map.of("password", "swordfish"));
        step.setSensitive(List.of("password"));
        new SnippetizerTester(jenkins)
                .assertRoundTrip(
                        step,
                        "withMLflow(experiment: 'e', params: [password: 'swordfish'], sensitive: ['password']) {\n    // some block\n}");
    }

    private void refused(String step, String why) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("node { " + step + " }", false));
        WorkflowRun build = jenkins.buildAndAssertStatus(Result.FAILURE, job);
        jenkins.assertLogContains(why, build);
        jenkins.assertLogNotContains("swordfish", build);
        for (Path node : nodes(build)) {
            assertThat(Files.readString(node)).doesNotContain("swordfish", "long enough");
        }
    }

    private static List<Path> nodes(WorkflowRun build) throws Exception {
        try (var files = Files.walk(build.getRootDir().toPath())) {
            return files.filter(file -> file.toString().contains("workflow")
                            && file.toString().endsWith(".xml"))
                    .toList();
        }
    }
}
