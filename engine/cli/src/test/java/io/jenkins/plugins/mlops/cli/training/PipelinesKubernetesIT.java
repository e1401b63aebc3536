package io.jenkins.plugins.mlops.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.execution.AttemptFacts;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The training code of {@code pipelines/}, as it is there, in the trainer images of {@code agent-images/} on a real cluster. */
@Timeout(1200)
class PipelinesKubernetesIT {

    private static final Path PIPELINES =
            Path.of("../../pipelines").toAbsolutePath().normalize();
    private static final int EPOCHS = 12;

    /** train.py that takes its time after each checkpoint, so that a rank can be killed between two. */
    private static final String SLOW = """
            import time
            import checkpoints
            save = checkpoints.save
            checkpoints.save = lambda *arguments: (save(*arguments), time.sleep(1.5))
            import train
            train.main()
            """;

    @TempDir
    private Path directory;

    private TestClusterTraining cluster;

    @AfterEach
    void tearDown() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void ranksAgreeOnOneModelAndALostRankChangesNothingInIt() throws Exception {
        String image = TestCluster.image("pytorch");
        cluster = TestClusterTraining.open(directory, "resources: {cpu: 500m, memory: 1Gi}");
        prepare("digits");
        copy("pytorch-ddp", image, "resources: {gpus: 0, cpu: 500m, memory: 1Gi, shm: 64Mi}");

        Path whole = directory.resolve("whole");
        assertThat(train(whole).waitFor()).as(cluster.log("err")).isZero();

        String weights = weights(whole, 0);
        assertThat(weights(whole, 1)).isEqualTo(weights);
        assertThat(whole.resolve("output/model/weights.pt")).isNotEmptyFile();
        assertThat(Files.readString(whole.resolve("lineage/provenance.json")))
                .contains(image.substring(image.indexOf("sha256:") + 7));
        try (MlflowServer mlflow = cluster.mlflow()) {
            var run = mlflow.run(ClusterTraining.status(whole).runId()).orElseThrow();
            assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
            assertThat(run.metrics()).containsKeys("train/loss", "train/accuracy", "eval/accuracy");
        }
        Process gate = cluster.mlops(
                "gate",
                "--rules",
                directory.resolve("code/rules.yaml").toString(),
                "--metrics",
                whole.resolve("evaluation/evaluation.json").toString(),
                "--model",
                cluster.bucket());
        assertThat(gate.waitFor()).as(cluster.log("err") + cluster.log("out")).isZero();

        Path broken = directory.resolve("broken");
        cluster.write("code/slow.py", SLOW);
        replace("command: [torchrun, train.py]", "command: [torchrun, slow.py]");
        Process training = train(broken);
        awaitCompleteCheckpoint(training, broken);
        killRank(1);
        assertThat(training.waitFor()).as(cluster.log("err")).isZero();

        List<AttemptFacts> attempts = Execution.status(
                        ClusterTraining.executionDirectory(broken, Workload.Role.TRAINING))
                .attempts();
        assertThat(attempts).as(cluster.log("err")).hasSize(2);
        assertThat(attempts).allSatisfy(attempt -> assertThat(attempt.pods()).hasSize(2));
        assertThat(TestClusterTraining.rankLog(broken, 0))
                .content()
                .containsPattern("by gloo, going on after epoch [1-9]")
                .contains("epoch " + EPOCHS + " of " + EPOCHS);
        assertThat(weights(broken, 0)).isEqualTo(weights(broken, 1)).isEqualTo(weights);
        cluster.assertNothingIsLeft();
        cluster.assertNoSecretIn(broken);
    }

    @Test
    void aDetectorIsTrainedAndEvaluated() throws Exception {
        String image = TestCluster.image("yolo");
        cluster = TestClusterTraining.open(directory, "resources: {cpu: 500m, memory: 1Gi}");
        prepare("yolo");
        copy("yolo", image, "resources: {gpus: 0, cpu: \"1\", memory: 2Gi, shm: 64Mi}");
        Path run = directory.resolve("run");

        assertThat(train(run, "--param", "epochs=1", "--param", "workers=1").waitFor())
                .as(cluster.log("err"))
                .isZero();

        assertThat(run.resolve("output/model/weights.pt")).isNotEmptyFile();
        JsonNode metrics = Documents.json().readTree(Files.readString(run.resolve("evaluation/metrics.json")));
        assertThat(metrics.path("samples").asInt()).isEqualTo(60);
        assertThat(metrics.path("slices").path("night").path("samples").asInt()).isEqualTo(20);
        try (MlflowServer mlflow = cluster.mlflow()) {
            var tracked = mlflow.run(ClusterTraining.status(run).runId()).orElseThrow();
            assertThat(tracked.status()).isEqualTo(RunStatus.FINISHED);
            assertThat(tracked.metrics()).containsKeys("metrics/mAP50", "eval/mAP50_95");
        }
        cluster.assertNothingIsLeft();
    }

    /** Trains as the pipeline's specification says, on what it prepared. */
    private Process train(Path run, String... more) throws IOException {
        String data = "s3://" + cluster.bucket() + "/data/";
        List<String> arguments = new ArrayList<>(List.of(
                "--dataset", "training=" + data + "training", "--dataset", "evaluation=" + data + "evaluation"));
        arguments.addAll(List.of(more));
        return cluster.train(run, arguments.toArray(new String[0]));
    }

    /** What a rank says that its weights are. */
    private static String weights(Path run, int rank) throws IOException {
        String start = "rank " + rank + ": weights ";
        List<String> said = Files.readAllLines(TestClusterTraining.rankLog(run, rank)).stream()
                .filter(line -> line.startsWith(start))
                .toList();
        assertThat(said).hasSize(1);
        return said.get(0).substring(start.length());
    }

    private void awaitCompleteCheckpoint(Process training, Path run) throws Exception {
        String id = awaitId(training, run);
        S3Uri complete = S3Uri.parse("s3://" + cluster.bucket() + "/outputs/runs/" + id + "/checkpoints/complete/");
        try (ObjectStore store = cluster.store()) {
            AtomicInteger found = new AtomicInteger();
            while (found.get() == 0) {
                assertThat(training.isAlive()).as(cluster.log("err")).isTrue();
                Thread.sleep(200);
                store.list(complete, object -> found.incrementAndGet());
            }
        }
    }

    private String awaitId(Process training, Path run) throws Exception {
        while (!Files.exists(TestClusterTraining.rankLog(run, 0))) {
            assertThat(training.isAlive()).as(cluster.log("err")).isTrue();
            Thread.sleep(200);
        }
        return ClusterTraining.status(run).id();
    }

    /** As a node that is lost kills it: at once. */
    private void killRank(int rank) {
        var pods =
                cluster.cluster().admin().pods().inNamespace(cluster.cluster().namespace());
        pods.withLabel("batch.kubernetes.io/job-completion-index", Integer.toString(rank))
                .withGracePeriod(0)
                .delete();
    }

    /** Copies a pipeline to where the test's specification is; the image and what it may use are the test's. */
    private void copy(String pipeline, String image, String resources) throws IOException {
        Path from = PIPELINES.resolve(pipeline);
        Files.createDirectories(directory.resolve("code"));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Files.copy(file, directory.resolve("code").resolve(file.getFileName()));
            }
        }
        replace("(?m)^image: .*$", "image: \"" + image + "\"");
        replace("(?m)^resources: .*$", resources);
    }

    private void replace(String pattern, String text) throws IOException {
        Path file = directory.resolve("code/train.yaml");
        String before = Files.readString(file);
        String after = pattern.startsWith("(?m)") ? before.replaceAll(pattern, text) : before.replace(pattern, text);
        assertThat(after).isNotEqualTo(before);
        Files.writeString(file, after);
    }

    /** Puts a pipeline's datasets into the bucket. */
    private void prepare(String pipeline) throws Exception {
        String venv = System.getenv("MLOPS_TEST_VENV");
        assumeTrue(venv != null, "MLOPS_TEST_VENV names no environment that prepares datasets");
        Process process = new ProcessBuilder(
                        venv + "/bin/python",
                        PIPELINES.resolve(pipeline).resolve("prepare.py").toString(),
                        directory.resolve("data").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prepared").toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(cluster.log("prepared")).isZero();
        cluster.put("data/training");
        cluster.put("data/evaluation");
    }
}
