package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Label;
import hudson.model.Result;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** The packaged plugin in a controller of its own that is killed, against a real MLflow server. */
class WithMlflowRestartIT {

    private final TestMlflow mlflow = TestMlflow.assumed();
    private final String secret = "planted-" + UUID.randomUUID();

    @TempDir
    Path directory;

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension();

    @AfterEach
    void closed() {
        mlflow.close();
    }

    @Test
    void killedControllersLoseNoRunAndNoSecret() throws Throwable {
        PackagedPlugin.install(jenkins);
        jenkins.startJenkins();
        jenkins.runRemotely(WithMlflowRestartIT::configure, mlflow.uri().toString(), secret);
        jenkins.runRemotely(WithMlflowRestartIT::begin, mlflow.experiment(), directory.toString());
        assertThat(statuses())
                .isEqualTo(Map.of(
                        "survivor",
                        RunStatus.RUNNING,
                        "optimized",
                        RunStatus.RUNNING,
                        "nested",
                        RunStatus.RUNNING,
                        "inner",
                        RunStatus.RUNNING));
        jenkins.stopJenkinsForcibly();
        assertThat(filesWithSecret()).isEmpty();
        assertThat(Files.list(jenkins.getHome().toPath().resolve("mlops/open-runs")))
                .hasSize(4);

        jenkins.startJenkins();
        Files.createFile(directory.resolve("go"));
        jenkins.runRemotely(WithMlflowRestartIT::end);
        jenkins.runRemotely(WithMlflowRestartIT::stopAndFail, mlflow.experiment());
        assertThat(statuses())
                .isEqualTo(Map.of(
                        "survivor", RunStatus.FINISHED,
                        "optimized", RunStatus.KILLED,
                        "nested", RunStatus.FINISHED,
                        "inner", RunStatus.FINISHED,
                        "aborted", RunStatus.KILLED,
                        "failing", RunStatus.FAILED,
                        "remote", RunStatus.FINISHED));
        for (TrackedRun run : mlflow.runs()) {
            assertThat(run.tags().containsKey(RunTags.MODEL_DIGEST)).isEqualTo(run.status() == RunStatus.FINISHED);
        }
        jenkins.stopJenkins();
        assertThat(filesWithSecret()).isEmpty();
        assertThat(Files.list(jenkins.getHome().toPath().resolve("mlops/open-runs")))
                .isEmpty();
    }

    private static void configure(JenkinsRule rule, String uri, String secret) throws Throwable {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, "mlflow", null, "robot", secret));
        SystemCredentialsProvider.getInstance().save();
        MlflowProfile profile = new MlflowProfile("test", uri);
        profile.setCredentialsId("mlflow");
        MlopsConfiguration.get().setMlflowServers(List.of(profile));
        rule.jenkins.setNumExecutors(4);
    }

    private static void begin(JenkinsRule rule, String experiment, String directory) throws Throwable {
        String body = """
                sh '''set +x
                  echo begun
                  while [ ! -e DIRECTORY/go ]; do sleep 1; done
                  test "$MLFLOW_TRACKING_USERNAME" = robot
                  echo "password $MLFLOW_TRACKING_PASSWORD"
                  echo $MLFLOW_RUN_ID > "$MLOPS_MODEL_DIR/weights"
                '''
                sh 'test -n "$MLFLOW_TRACKING_PASSWORD"; echo again $MLFLOW_TRACKING_PASSWORD'
                """.replace("DIRECTORY", directory);
        String single = "node { withMLflow(experiment: '" + experiment + "', runName: env.JOB_NAME) {\n" + body + "} }";
        WorkflowRun survivor = start(rule, "survivor", single, FlowDurabilityHint.MAX_SURVIVABILITY);
        WorkflowRun optimized = start(
                rule,
                "optimized",
                // Its shell survives it, and would leave what it prints in a file that nobody deletes.
                single.replace("echo \"password $MLFLOW_TRACKING_PASSWORD\"", "true"),
                FlowDurabilityHint.PERFORMANCE_OPTIMIZED);
        WorkflowRun nested = start(
                rule,
                "nested",
                "node { withMLflow(experiment: '" + experiment + "', runName: 'nested', seed: 1) {\n"
                        + "sh 'echo outer > \"$MLOPS_MODEL_DIR/weights\"'\n"
                        + "withMLflow(experiment: '" + experiment + "', runName: 'inner') {\n"
                        + "sh 'test -z \"$MLOPS_SEED\"'\n" + body + "}\n"
                        + "sh 'test \"$MLOPS_SEED\" = 1; test -e \"$MLOPS_MODEL_DIR/weights\"' } }",
                FlowDurabilityHint.MAX_SURVIVABILITY);
        rule.waitForMessage("begun", survivor);
        rule.waitForMessage("begun", optimized);
        rule.waitForMessage("begun", nested);
    }

    private static WorkflowRun start(JenkinsRule rule, String name, String script, FlowDurabilityHint durability)
            throws Exception {
        WorkflowJob job = rule.jenkins.createProject(WorkflowJob.class, name);
        job.addProperty(new DurabilityHintJobProperty(durability));
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private static void end(JenkinsRule rule) throws Throwable {
        for (String name : List.of("survivor", "nested")) {
            WorkflowRun build = first(rule, name);
            rule.assertBuildStatusSuccess(rule.waitForCompletion(build));
            rule.assertLogContains("password ****", build);
            rule.assertLogContains("again ****", build);
            assertThat(BuildLineage.of(build).facts().trainings())
                    .allMatch(use -> use.status().equals("FINISHED") && use.modelDigest() != null);
        }
        WorkflowRun optimized = rule.waitForCompletion(first(rule, "optimized"));
        rule.assertBuildStatus(Result.FAILURE, optimized);
        for (int i = 0; i < 300 && !status(optimized).equals("KILLED"); i++) {
            Thread.sleep(200);
        }
        assertThat(status(optimized)).isEqualTo("KILLED");
        rule.assertLogContains("PERFORMANCE_OPTIMIZED", optimized);
        rule.assertLogContains("is being set to KILLED", optimized);
    }

    private static String status(WorkflowRun build) {
        return BuildLineage.of(build).facts().trainings().get(0).status();
    }

    private static WorkflowRun first(JenkinsRule rule, String name) {
        return rule.jenkins.getItemByFullName(name, WorkflowJob.class).getBuildByNumber(1);
    }

    private static void stopAndFail(JenkinsRule rule, String experiment) throws Throwable {
        String open = "node { withMLflow(experiment: '" + experiment + "', runName: env.JOB_NAME) {\n";
        WorkflowRun aborted =
                start(rule, "aborted", open + "echo 'begun'; sleep 600 } }", FlowDurabilityHint.MAX_SURVIVABILITY);
        rule.waitForMessage("begun", aborted);
        aborted.doStop();
        rule.assertBuildStatus(Result.ABORTED, rule.waitForCompletion(aborted));
        WorkflowRun failing = start(rule, "failing", open + "sh 'exit 3' } }", FlowDurabilityHint.MAX_SURVIVABILITY);
        rule.assertBuildStatus(Result.FAILURE, rule.waitForCompletion(failing));
        rule.assertLogContains("exit code 3", failing);
        rule.createOnlineSlave(Label.get("remote"));
        WorkflowRun remote = start(
                rule,
                "remote",
                open.replace("node", "node('remote')")
                        + "sh '''set +x\n echo password $MLFLOW_TRACKING_PASSWORD; echo m > $MLOPS_MODEL_DIR/m;"
                        + " echo '{\"loss\": 1}' > $MLOPS_METRICS_FILE''' } }",
                FlowDurabilityHint.MAX_SURVIVABILITY);
        rule.assertBuildStatusSuccess(rule.waitForCompletion(remote));
        rule.assertLogContains("password ****", remote);
        assertThat(status(aborted)).isEqualTo("KILLED");
        assertThat(status(failing)).isEqualTo("FAILED");
    }

    private Map<String, RunStatus> statuses() throws IOException, InterruptedException {
        return mlflow.runs().stream().collect(Collectors.toMap(TrackedRun::name, TrackedRun::status));
    }

    private List<Path> filesWithSecret() throws IOException {
        List<String> forms = List.of(
                secret, Base64.getEncoder().encodeToString(("robot:" + secret).getBytes(StandardCharsets.UTF_8)));
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(jenkins.getHome().toPath())) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (forms.stream().anyMatch(content::contains)) {
                    found.add(file);
                }
            }
        }
        return found;
    }
}
