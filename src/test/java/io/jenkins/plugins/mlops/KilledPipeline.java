package io.jenkins.plugins.mlops;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Result;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketStandIn;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch;
import io.jenkins.plugins.mlops.core.lineage.LineageQuery;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.report.BitbucketServers;
import io.jenkins.plugins.mlops.report.ReportsAction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jenkins.model.JenkinsLocationConfiguration;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * A pipeline of all steps that need no cluster, and everything that must be so when it has succeeded, whatever became of the controller on
 * the way. The methods with a {@link JenkinsRule} run in the controller's process.
 */
final class KilledPipeline {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int FILES = 150;
    private static final int COMMIT_LENGTH = 40;

    /** What train.sh says at the end of a block, whose run is recorded from then on. */
    static final String TRAINED = "the model is written";

    private static final String SCRIPT = """
            node {
                @REPORT@
                writeFile file: 'rules.yaml', text: 'rules:\\n- {metric: accuracy, direction: higher, threshold: 0.9}\\n'
                writeFile file: 'train.sh', text: '''
                    cat "$MLOPS_DATASET_DIR"/* > "$MLOPS_MODEL_DIR/weights"
                    echo "$MLFLOW_RUN_ID" >> "$MLOPS_MODEL_DIR/weights"
                    echo '{"accuracy": 0.97}' > "$MLOPS_METRICS_FILE"
                    for i in $(seq 3000); do : > "$MLOPS_CHECKPOINT_DIR/$i"; done
                    echo '@TRAINED@'
                '''
                sh '''
                    git init -q && git add rules.yaml train.sh
                    git -c user.name=t -c user.email=t@example.org commit -qm code
                    mkdir -p .mlops/set
                    for i in $(seq @FILES@); do echo "drawing $i of @MODEL@" > .mlops/set/$i; done
                '''
                def published = publishDataset directory: '.mlops/set', name: 'drawings', to: 's3://@BUCKET@/datasets'
                def resolved = resolveDataset manifest: published.source
                pullDataset dataset: resolved, into: '.mlops/in'
                checkDataset path: '.mlops/in', onFailure: 'continue'
                for (reason in ['the first', 'the better']) {
                    withMLflow(experiment: '@EXPERIMENT@') {
                        sh 'sh train.sh'
                    }
                    evaluationGate rules: 'rules.yaml', model: '@MODEL@'
                    promoteModel name: '@MODEL@', reason: reason
                }
                def last = rollbackModel name: '@MODEL@', reason: 'bad at night'
                echo "version ${last.version} is ${last.alias} again"
            }
            """;

    private KilledPipeline() {}

    /** The commit of which a build reports to Bitbucket. */
    static String commit(String name) {
        return Digest.of(name).hex().substring(0, COMMIT_LENGTH);
    }

    /** Has a Bitbucket know the commit of a build, merged by a pull request. */
    static void merge(BitbucketStandIn bitbucket, String name, long pull) {
        String source = commit("source of " + name);
        bitbucket.addCommit(source, "train.sh");
        bitbucket.addCommit(commit(name), "train.sh");
        bitbucket.addMergedPull(pull, source, commit(name), "train.sh");
    }

    /** What Bitbucket must have been told in the end. */
    static void assertReported(BitbucketStandIn bitbucket, String name) {
        assertThat(bitbucket.statuses(commit(name)))
                .singleElement()
                .satisfies(status -> assertThat(status.path("state").asText()).isEqualTo("SUCCESSFUL"));
        assertThat(bitbucket.reports(commit(name))).as("one of each gate").hasSize(2);
        assertThat(bitbucket.comments().stream().map(comment -> comment.text).filter(text -> text.contains(name)))
                .hasSize(1);
    }

    static void configure(JenkinsRule controller, TestServers.S3 s3, String mlflow, String bitbucket) throws Throwable {
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
        JenkinsLocationConfiguration.get().setUrl(controller.getURL().toString());
        BitbucketServers.configure(bitbucket, false);
    }

    /** Begins it. @param name of the job and of the registered model @param pull that has merged its commit */
    static void begin(JenkinsRule controller, String name, String experiment, String bucket, long pull)
            throws Throwable {
        WorkflowJob job = controller.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(
                SCRIPT.replace("@TRAINED@", TRAINED)
                        .replace("@REPORT@", BitbucketServers.step(commit(name), pull))
                        .replace("@FILES@", String.valueOf(FILES))
                        .replace("@MODEL@", name)
                        .replace("@EXPERIMENT@", experiment)
                        .replace("@BUCKET@", bucket),
                true));
        job.scheduleBuild2(0).waitForStart();
    }

    /** Waits for its end and holds everything that the controller knows of it against what has to be. */
    static void account(JenkinsRule controller, String name) throws Throwable {
        WorkflowRun build =
                controller.jenkins.getItemByFullName(name, WorkflowJob.class).getBuildByNumber(1);
        await(build);
        controller.assertBuildStatus(Result.SUCCESS, build);
        controller.assertLogContains("version 1 is champion again", build);
        datasets(controller, build);
        RunFacts facts = BuildLineage.of(build).facts();
        assertThat(facts.datasets())
                .extracting(use -> use.action() + " " + use.files())
                .containsExactly("PUBLISHED " + FILES, "RESOLVED " + FILES, "PULLED " + FILES);
        assertThat(facts.datasets())
                .extracting(RunFacts.DatasetUse::version)
                .containsOnly(facts.datasets().get(0).version());
        assertThat(facts.checks())
                .extracting(RunFacts.CheckUse::version)
                .containsExactly(facts.datasets().get(0).version());
        assertThat(facts.trainings())
                .hasSize(2)
                .allMatch(use -> use.status().equals("FINISHED") && use.modelDigest() != null && use.record() != null);
        assertThat(facts.gates()).extracting(RunFacts.GateUse::verdict).containsExactly("pass", "pass");
        assertThat(facts.aliases())
                .extracting(use -> use.action() + " " + use.previous() + " to " + use.version())
                .containsExactly("promote 0 to 1", "promote 1 to 2", "rollback 2 to 1");
        lineage(facts, name);
        assertThat(AuditLines.of(name))
                .as("the audit has every move once")
                .containsExactly("promote done", "promote done", "rollback done");
        BitbucketServers.await("all reports to be sent", () -> {
            ReportsAction reports = build.getAction(ReportsAction.class);
            return reports != null
                    && reports.getBitbucketReports().stream()
                            .allMatch(report -> report.getState().equals("sent"));
        });
    }

    private static void await(WorkflowRun build) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (build.isBuilding()) {
            if (System.nanoTime() > end) {
                List<String> steps = new ArrayList<>();
                build.getExecution()
                        .getCurrentExecutions(true)
                        .get(1, TimeUnit.MINUTES)
                        .forEach(step -> steps.add(step + " " + step.getStatusBounded(3, TimeUnit.SECONDS)));
                throw new AssertionError("It hangs in " + steps + " after\n" + JenkinsRule.getLog(build));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static void datasets(JenkinsRule controller, WorkflowRun build) throws IOException {
        Path workspace = controller
                .jenkins
                .getRootDir()
                .toPath()
                .resolve("workspace/" + build.getParent().getName());
        Path pulled = workspace.resolve(".mlops/in");
        assertThat(Datasets.verify(pulled, 2, ProgressListener.NONE).problems()).isEmpty();
        for (int i = 1; i <= FILES; i++) {
            assertThat(pulled.resolve(String.valueOf(i))).hasSameBinaryContentAs(workspace.resolve(".mlops/set/" + i));
        }
        try (Stream<Path> left = Files.list(workspace.resolve(".mlops"))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("set", "in", "jenkins");
        }
        try (Stream<Path> runs = Files.list(workspace.resolve(".mlops/jenkins"))) {
            assertThat(runs).as("directories of trainings").isEmpty();
        }
        try (Stream<Path> left = Files.list(workspace.resolveSibling(workspace.getFileName() + "@tmp"))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .as("temporary files, but for those of sh")
                    .allMatch(name -> name.startsWith("durable-"));
        }
    }

    private static void lineage(RunFacts facts, String name) {
        List<LineageMatch> models =
                ControllerLineage.store().find(new LineageQuery.OfFile(Digest.of("drawing 1 of " + name + "\n")));
        assertThat(models)
                .extracting(match -> match.model().toString())
                .containsExactlyInAnyOrderElementsOf(facts.trainings().stream()
                        .map(RunFacts.TrainingUse::modelDigest)
                        .toList());
        assertThat(models.stream().flatMap(match -> match.versions().stream()))
                .containsExactlyInAnyOrder(
                        new LineageMatch.RegisteredVersion(name, 1), new LineageMatch.RegisteredVersion(name, 2));
        assertThat(models.stream()
                        .flatMap(match -> ControllerLineage.store().dossier(match.model()).of(Promotion.class).stream())
                        .map(record -> record.predicate().previous() + " to "
                                + record.predicate().version()))
                .containsExactlyInAnyOrder("null to 1", "1 to 2", "2 to 1");
    }
}
