package io.jenkins.plugins.mlops.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import hudson.model.Result;
import io.jenkins.plugins.mlops.ControllerLog;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch;
import io.jenkins.plugins.mlops.core.lineage.LineageQuery;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** All steps in one build of the packaged plugin, with real servers, a killed controller and one that is restarted. */
class AllStepsIT {

    private static final int TIMEOUT_SECONDS = 1800;

    private static final String FILE = "a circle, drawn by hand";

    private static final String PIPELINE = """
            node {
                writeFile file: 'rules.yaml', text: 'rules:\\n- {metric: accuracy, direction: higher, threshold: 0.9}\\n'
                writeFile file: 'train.sh', text: '''
                    mkdir -p "$MLOPS_MODEL_DIR"
                    cat "$MLOPS_DATASET_DIR"/* "$MLOPS_EVALUATION_DATASET_DIR"/* > "$MLOPS_MODEL_DIR/weights"
                    echo "$MLFLOW_RUN_ID" >> "$MLOPS_MODEL_DIR/weights"
                    echo '{"accuracy": 0.97}' > "$MLOPS_METRICS_FILE"
                '''
                sh '''
                    git init -q && git add rules.yaml train.sh
                    git -c user.name=t -c user.email=t@example.org commit -qm code
                    git remote add origin https://user:secret-of-git@git.example/team/shapes.git
                '''
                writeFile file: '.mlops/training/circle.txt', text: '@FILE@'
                writeFile file: '.mlops/evaluation/square.txt', text: 'a square'
                def training = publishDataset directory: '.mlops/training', name: 'shapes', to: 's3://@BUCKET@/datasets'
                def evaluation = publishDataset directory: '.mlops/evaluation', name: 'shapes-test', to: 's3://@BUCKET@/datasets'
                def resolved = resolveDataset manifest: training.source
                pullDataset manifest: resolved.source, into: '.mlops/in/training'
                pullDataset dataset: evaluation, into: '.mlops/in/evaluation', role: 'evaluation'
                withMLflow(experiment: 'shapes', params: [epochs: 2], seed: 7) {
                    echo 'first halt'
                    sleep 15
                    sh 'sh train.sh'
                }
                def gate = evaluationGate rules: 'rules.yaml', model: '@MODEL@', name: 'quality'
                echo 'second halt'
                sleep 15
                echo "the gate says ${gate.verdict} of ${training.version}"
                def first = promoteModel name: '@MODEL@', reason: 'it is <b>good</b>'
                echo "version ${first.version} is ${first.alias}"
            }
            """;

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension().withTimeout(TIMEOUT_SECONDS);

    private final String mlflow = TestServers.mlflow().toString();
    private final TestServers.S3 s3 = TestServers.s3();
    private final String model = "shapes-" + UUID.randomUUID();

    @Test
    void aModelIsAccountedForWhateverBecomesOfTheController() throws Throwable {
        PackagedPlugin.install(jenkins);
        ControllerLog log = ControllerLog.of(jenkins);
        String script = PIPELINE.replace("@FILE@", FILE)
                .replace("@BUCKET@", s3.newBucket())
                .replace("@MODEL@", model);
        jenkins.startJenkins();
        jenkins.runRemotely(AllStepsIT::configure, s3, mlflow);
        jenkins.runRemotely(AllStepsIT::begin, script);
        jenkins.runRemotely(AllStepsIT::waitFor, "first halt");
        jenkins.stopJenkinsForcibly();

        jenkins.startJenkins();
        jenkins.runRemotely(AllStepsIT::waitFor, "second halt");
        jenkins.stopJenkins();

        jenkins.startJenkins();
        jenkins.runRemotely(AllStepsIT::finish, model);
        jenkins.stopJenkins();

        jenkins.startJenkins();
        jenkins.runRemotely(AllStepsIT::account, model);
        jenkins.stopJenkins();
        log.assertNothingRefused();
    }

    private static void configure(JenkinsRule controller, TestServers.S3 s3, String mlflow) throws Throwable {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(
                        CredentialsScope.GLOBAL, "s3", null, s3.accessKey(), s3.secretKey()));
        SystemCredentialsProvider.getInstance().save();
        ObjectStoreProfile store = new ObjectStoreProfile("store", s3.endpoint());
        store.setCredentialsId("s3");
        store.setRegion(s3.region());
        MlopsConfiguration.get().setObjectStores(List.of(store));
        MlopsConfiguration.get().setMlflowServers(List.of(new MlflowProfile("lab", mlflow)));
    }

    private static void begin(JenkinsRule controller, String script) throws Throwable {
        WorkflowJob job = controller.createProject(WorkflowJob.class, "shapes");
        job.setDefinition(new CpsFlowDefinition(script, true));
        job.scheduleBuild2(0).waitForStart();
    }

    private static void waitFor(JenkinsRule controller, String message) throws Throwable {
        controller.waitForMessage(message, build(controller));
    }

    private static void finish(JenkinsRule controller, String model) throws Throwable {
        WorkflowRun build = controller.waitForCompletion(build(controller));
        controller.assertBuildStatus(Result.SUCCESS, build);
        controller.assertLogContains("the gate says pass of sha256:", build);
        controller.assertLogContains("version 1 is champion", build);
    }

    private static void account(JenkinsRule controller, String model) throws Throwable {
        WorkflowRun build = build(controller);
        RunFacts facts = BuildLineage.of(build).facts();
        assertThat(facts.datasets())
                .extracting(use -> use.action() + " " + use.name() + " " + use.role())
                .containsExactly(
                        "PUBLISHED shapes null",
                        "PUBLISHED shapes-test null",
                        "RESOLVED shapes null",
                        "PULLED shapes training",
                        "PULLED shapes-test evaluation");
        assertThat(facts.trainings()).hasSize(1);
        RunFacts.TrainingUse training = facts.trainings().get(0);
        assertThat(training.status()).isEqualTo("FINISHED");
        assertThat(training.commit()).hasSize(40);

        JenkinsRule.WebClient browser = controller.createWebClient();
        HtmlPage page = browser.getPage(build, "mlops/");
        assertThat(page.asNormalizedText())
                .contains("s3://", training.runId(), training.commit(), "https://git.example/team/shapes.git")
                .contains("Gate quality: pass", "0.97", model, "it is <b>good</b>");
        assertThat(page.getWebResponse().getContentAsString()).doesNotContain("secret-of-git");
        assertThat(page.getAnchorByText("gate.json").click().getWebResponse().getStatusCode())
                .isEqualTo(200);
        JsonNode api = json(browser, build, "mlops/api/json");
        assertThat(api.at("/gates/0/verdict").asText()).isEqualTo("pass");
        assertThat(api.at("/aliases/0/version").asInt()).isEqualTo(1);
        assertThat(api.at("/aliases/0/gate")).isEqualTo(api.at("/gates/0/digest"));
        JsonNode provenance =
                json(browser, build, page.getAnchorByText("provenance.json").getHrefAttribute());
        assertThat(provenance.at("/predicate/runDetails/builder/id").asText()).contains("/job/shapes/1/");

        List<LineageMatch> models = ControllerLineage.store().find(new LineageQuery.OfFile(Digest.of(FILE)));
        assertThat(models).hasSize(1);
        assertThat(models.get(0).model()).hasToString(training.modelDigest());
        assertThat(models.get(0).roles()).containsExactly("training");
        assertThat(models.get(0).versions()).containsExactly(new LineageMatch.RegisteredVersion(model, 1));

        String xml = Files.readString(build.getRootDir().toPath().resolve("build.xml"));
        assertThat(xml.split("[<\"]io\\.jenkins\\.plugins\\.mlops"))
                .as("our classes in build.xml")
                .hasSize(2);
    }

    private static JsonNode json(JenkinsRule.WebClient browser, WorkflowRun build, String path) throws Exception {
        String address = path.startsWith("mlops/") ? path : "mlops/" + path;
        return new ObjectMapper()
                .readTree(browser.goTo(build.getUrl() + address, "application/json")
                        .getWebResponse()
                        .getContentAsString());
    }

    private static WorkflowRun build(JenkinsRule controller) {
        return controller.jenkins.getItemByFullName("shapes", WorkflowJob.class).getBuildByNumber(1);
    }
}
