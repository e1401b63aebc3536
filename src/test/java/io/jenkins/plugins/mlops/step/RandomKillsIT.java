package io.jenkins.plugins.mlops.step;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import io.jenkins.plugins.mlops.ControllerLog;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * One build with every step that works with the object store and MLflow, on a controller that is killed at a random moment of each of
 * them, or a little after. The build ends as if nothing had been, with one run, one version and one of each fact.
 * {@code -Dmlops.seed=N} repeats the moments of a run, {@code -Dmlops.killed=pullDataset,promoteModel} kills in some steps only.
 */
class RandomKillsIT {

    private static final int TIMEOUT_SECONDS = 3600;
    private static final int MAX_DELAY_MILLIS = 1500;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** As the log names them when they begin; a closed block is where the training is recorded. */
    private static final List<String> STEPS = List.of(
            "publishDataset",
            "resolveDataset",
            "pullDataset",
            "withMLflow",
            "// sleep within",
            "evaluationGate",
            "promoteModel",
            "rollbackModel");

    /** Jenkins' own steps that do not survive a kill are done before the first one. */
    private static final String PIPELINE = """
            node {
                writeFile file: 'rules.yaml', text: 'rules:\\n- {metric: accuracy, direction: higher, threshold: 0.9}\\n'
                writeFile file: 'evaluation.json', text: '{"accuracy": 0.97}'
                for (int i = 0; i < 200; i++) { writeFile file: "data/${i}.txt", text: "number ${i}" }
                echo 'prepared'
                sleep 2
                def published = publishDataset directory: 'data', name: 'numbers', to: 's3://@BUCKET@/datasets'
                def resolved = resolveDataset manifest: published.source
                pullDataset manifest: resolved.source, into: 'in'
                for (int i = 0; i < 2; i++) {
                    withMLflow(experiment: '@MODEL@', params: [epochs: i]) {
                        sleep 4
                        sh 'mkdir -p "$MLOPS_MODEL_DIR" && cat in/* > "$MLOPS_MODEL_DIR/weights" && echo "$MLFLOW_RUN_ID" >> "$MLOPS_MODEL_DIR/weights" && cp evaluation.json "$MLOPS_METRICS_FILE"'
                        echo '[Pipeline] // sleep within'
                        sleep 1
                    }
                    def gate = evaluationGate rules: 'rules.yaml', name: "quality ${i}"
                    def moved = promoteModel name: '@MODEL@', gate: gate, reason: "round ${i}"
                    echo "version ${moved.version} of round ${i}"
                }
                def back = rollbackModel name: '@MODEL@', reason: 'bad at night'
                echo "back to ${back.version} from ${back.previous}"
            }
            """;

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension().withTimeout(TIMEOUT_SECONDS);

    private final String mlflow = TestServers.mlflow().toString();
    private final TestServers.S3 s3 = TestServers.s3();
    private final String model = "numbers-" + UUID.randomUUID();

    @Test
    void aBuildEndsAsIfNothingHadBeen() throws Throwable {
        long seed = Long.getLong("mlops.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> killed = System.getProperty("mlops.killed") == null
                ? STEPS
                : List.of(System.getProperty("mlops.killed").split(","));
        PackagedPlugin.install(jenkins);
        ControllerLog log = ControllerLog.of(jenkins);
        Path buildLog = jenkins.getHome().toPath().resolve("jobs/numbers/builds/1/log");
        jenkins.startJenkins();
        jenkins.runRemotely(RandomKillsIT::configure, s3, mlflow);
        jenkins.runRemotely(
                RandomKillsIT::begin, PIPELINE.replace("@BUCKET@", s3.newBucket()).replace("@MODEL@", model));
        await(buildLog, "prepared");
        for (String step : killed) {
            await(buildLog, "[Pipeline] " + step);
            int delay = random.nextInt(MAX_DELAY_MILLIS);
            Thread.sleep(delay);
            System.out.println("Seed " + seed + ": killed " + delay + " ms after " + step);
            jenkins.stopJenkinsForcibly();
            jenkins.startJenkins();
        }
        jenkins.runRemotely(RandomKillsIT::account);
        jenkins.stopJenkins();
        log.assertNothingRefused();
        try (MlflowServer server = MlflowServer.connect(new MlflowSettings(URI.create(mlflow), null), null)) {
            assertThat(server.versions(model)).hasSize(2);
            assertThat(server.byAlias(model, "champion").map(ModelVersion::version)).contains(1);
        }
    }

    private static void await(Path log, String text) throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        // A log has notes for the console before names of steps.
        String plain = text.replace("[Pipeline] ", "");
        while (!Files.exists(log)
                || Files.readString(log, StandardCharsets.ISO_8859_1)
                        .lines()
                        .noneMatch(line -> line.endsWith("[Pipeline] " + plain) || line.endsWith(text))) {
            assertThat(Instant.now()).as("waiting for " + text).isBefore(deadline);
            Thread.sleep(20);
        }
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
        WorkflowJob job = controller.createProject(WorkflowJob.class, "numbers");
        job.setDefinition(new CpsFlowDefinition(script, true));
        job.scheduleBuild2(0).waitForStart();
    }

    private static void account(JenkinsRule controller) throws Throwable {
        WorkflowRun build =
                controller.jenkins.getItemByFullName("numbers", WorkflowJob.class).getBuildByNumber(1);
        controller.assertBuildStatusSuccess(controller.waitForCompletion(build));
        controller.assertLogContains("version 1 of round 0", build);
        controller.assertLogContains("version 2 of round 1", build);
        controller.assertLogContains("back to 1 from 2", build);
        RunFacts facts = BuildLineage.of(build).facts();
        assertThat(facts.datasets())
                .extracting(use -> use.action() + " " + use.name())
                .containsExactly("PUBLISHED numbers", "RESOLVED numbers", "PULLED numbers");
        assertThat(facts.trainings())
                .extracting(RunFacts.TrainingUse::status)
                .containsExactly("FINISHED", "FINISHED");
        assertThat(facts.gates()).extracting(RunFacts.GateUse::verdict).containsExactly("pass", "pass");
        assertThat(facts.aliases())
                .extracting(use -> use.action() + " " + use.version())
                .containsExactly("promote 1", "promote 2", "rollback 1");
    }
}
