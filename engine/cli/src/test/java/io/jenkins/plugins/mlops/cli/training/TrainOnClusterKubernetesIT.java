package io.jenkins.plugins.mlops.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.training.ClusterStage;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mlops train --backend kubernetes} as a process of its own, on a real cluster whose namespace enforces the pod security standard
 * "restricted", with the account of the minimal Role, a real MLflow and a real S3 server.
 */
@Timeout(600)
class TrainOnClusterKubernetesIT {

    private static final String TRAIN = """
            import json, os, pathlib, time
            data = pathlib.Path(os.environ["MLOPS_DATASET_DIR"])
            numbers = [float(f.read_text()) for f in sorted(data.glob("*.txt"))]
            params = json.load(open(os.environ["MLOPS_PARAMS_FILE"]))
            for line in range(params["lines"]):
                print("line", line, flush=True)
                time.sleep(params["pause"])
            if params.get("fail"):
                raise SystemExit(3)
            pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text(str(sum(numbers) / len(numbers)))
            print("AWS" if any(name.startswith("AWS_") for name in os.environ) else "clean", flush=True)
            """;

    /** Two ranks that meet as torchrun's do; rank 0 is late, and only rank 0 has a model. */
    private static final String GANG = """
            import os, pathlib, socket, time
            rank, port = int(os.environ["MLOPS_RANK"]), int(os.environ["MASTER_PORT"])
            assert os.environ["WORLD_SIZE"] == "2" and os.environ["RANK"] == os.environ["PET_NODE_RANK"] == str(rank)
            if rank == 0:
                time.sleep(3)
                server = socket.create_server(("", port))
                said = b""
                while not said:
                    said = server.accept()[0].recv(100)
                pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text(said.decode())
                print("heard", said.decode(), flush=True)
            else:
                with socket.create_connection((os.environ["MASTER_ADDR"], port), 5) as peer:
                    peer.sendall(b"1.5")
                print("said", flush=True)
            """;

    private static final String EVALUATE = """
            import json, os, pathlib
            mean = float(pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").read_text())
            files = sorted(pathlib.Path(os.environ["MLOPS_EVALUATION_DATASET_DIR"]).glob("*.txt"))
            error = sum(abs(float(f.read_text()) - mean) for f in files) / len(files)
            pathlib.Path(os.environ["MLOPS_METRICS_FILE"]).write_text(json.dumps({"error": error, "samples": len(files)}))
            """;

    @TempDir
    private Path directory;

    private TestClusterTraining cluster;

    @BeforeEach
    void prepare() throws Exception {
        String python = TestCluster.image("python");
        cluster = TestClusterTraining.open(directory, """
                resources: {cpu: 100m, memory: 256Mi}
                limits: {gpus: 2}
                """);
        cluster.write("data/a.txt", "1");
        cluster.write("data/b.txt", "2");
        cluster.write("holdout/c.txt", "2.5");
        cluster.write("code/train.py", TRAIN);
        cluster.write("code/evaluate.py", EVALUATE);
        cluster.write("code/train.yaml", """
                name: mean
                command: [python3, train.py]
                params: {lines: 10, pause: 0.05}
                image: "%s"
                resources: {gpus: 1, memory: 128Mi, shm: 16Mi}
                deadlines: {queue: 3m, run: 5m}
                kubernetes: {grace: 3s}
                datasets: {training: {from: "s3://%s/data"}}
                evaluation: {command: [python3, evaluate.py], dataset: {from: "s3://%s/holdout"}}
                """.formatted(python, cluster.bucket(), cluster.bucket()));
        cluster.put("data");
        cluster.put("holdout");
    }

    @AfterEach
    void tearDown() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aModelComesBackWithWhatReallyRanInItsLineage() throws Exception {
        String image = TestCluster.image("python");
        Path run = directory.resolve("run");
        Process mlops = cluster.train(run, "--json");
        assertThat(mlops.waitFor()).as(cluster.log("err")).isZero();

        JsonNode result = Documents.json().readTree(Files.readString(directory.resolve("out")));
        assertThat(run.resolve("output/model/mean.txt")).hasContent("1.5");
        assertThat(Files.readString(run.resolve("evaluation/metrics.json"))).contains("\"error\": 1.0");
        assertThat(Files.readString(run.resolve("lineage/provenance.json")))
                .contains("\"gpuSeconds\"", "\"role\" : \"image\"", image.substring(image.indexOf("sha256:") + 7))
                .contains("\"kernel\"", "the kind of GPU is not known", "the version of the GPU's driver is not known");
        assertThat(cluster.log("err")).contains("| clean");
        try (MlflowServer mlflow = cluster.mlflow()) {
            var tracked = mlflow.run(result.path("run").path("id").asText()).orElseThrow();
            assertThat(tracked.status()).isEqualTo(RunStatus.FINISHED);
            assertThat(tracked.tags()).containsKeys(RunTags.MODEL_DIGEST, RunTags.LINEAGE, RunTags.EVALUATION);
        }
        cluster.assertNothingIsLeft();
        cluster.assertNoSecretIn(run);
    }

    @Test
    void aKilledWatcherLosesNothing() throws Exception {
        Path run = directory.resolve("run");
        Process first = cluster.train(run, "--param", "lines=300", "--param", "pause=0.05");
        cluster.awaitLines(run, 40);
        first.destroyForcibly().waitFor();
        Process second = cluster.mlops("train", "resume", run.toString());
        cluster.awaitLines(run, 120);
        second.destroyForcibly().waitFor();
        String uid = ClusterTraining.status(run).execution().uid();
        Thread.sleep(2_000);

        assertThat(cluster.mlops("train", "resume", run.toString()).waitFor())
                .as(cluster.log("err"))
                .isZero();

        List<String> lines = Files.readAllLines(TestClusterTraining.rankLog(run, 0));
        assertThat(lines.stream().filter(line -> line.startsWith("line ")).toList())
                .isEqualTo(IntStream.range(0, 300).mapToObj(i -> "line " + i).toList());
        assertThat(Execution.status(ClusterTraining.executionDirectory(run, Workload.Role.TRAINING))
                        .attempts())
                .hasSize(1);
        assertThat(uid).isNotNull();
        assertThat(run.resolve("output/model/mean.txt")).hasContent("1.5");
        cluster.assertNothingIsLeft();
    }

    @Test
    void aTrainingThatIsInterruptedIsRemovedFromTheCluster() throws Exception {
        Path run = directory.resolve("run");
        Process mlops = cluster.train(run, "--param", "lines=3000", "--param", "pause=0.1");
        cluster.awaitLines(run, 5);
        mlops.destroy();
        assertThat(mlops.waitFor(60, TimeUnit.SECONDS)).isTrue();

        // Python is the pod's first process, which does not hear SIGTERM: it is ended by its grace, not by the pod's.
        assertThat(ClusterTraining.status(run).stage()).as(cluster.log("err")).isEqualTo(ClusterStage.FAILED);
        assertThat(run.resolve("output")).doesNotExist();
        cluster.assertNothingIsLeft();
    }

    @Test
    void aFailedCommandIsToldWithItsExitCode() throws Exception {
        Path run = directory.resolve("run");
        Process mlops = cluster.train(run, "--param", "fail=true");

        assertThat(mlops.waitFor()).isEqualTo(1);
        assertThat(cluster.log("err")).contains("code 3");
        cluster.mlops("train", "why", run.toString()).waitFor();
        assertThat(cluster.log("out")).contains("code 3");
        cluster.assertNothingIsLeft();
    }

    @Test
    void ranksFindEachOtherAndRankZerosModelComesBack() throws Exception {
        cluster.write("code/train.py", GANG);
        String specification = Files.readString(directory.resolve("code/train.yaml"));
        cluster.write("code/train.yaml", specification + "nodes: 2\n");
        Path run = directory.resolve("run");

        assertThat(cluster.train(run).waitFor()).as(cluster.log("err")).isZero();

        assertThat(run.resolve("output/model/mean.txt")).hasContent("1.5");
        assertThat(TestClusterTraining.rankLog(run, 1)).content().contains("said");
        cluster.assertNothingIsLeft();
    }

    @Test
    void theSweeperRemovesWhatNobodyCanGoOnWith() throws Exception {
        Path run = directory.resolve("run");
        Process mlops = cluster.train(run, "--param", "lines=3000", "--param", "pause=0.1");
        cluster.awaitLines(run, 5);
        mlops.destroyForcibly().waitFor();

        assertThat(cluster.mlops("train", "sweep", "--older-than", "1s").waitFor())
                .as(cluster.log("err"))
                .isZero();
        assertThat(cluster.log("out")).contains("Left Job mean-", "mlops train resume " + run);
        assertThat(cluster.left()).isPositive();

        FileTree.delete(run);
        assertThat(cluster.mlops("train", "sweep", "--dry-run").waitFor()).isZero();
        assertThat(cluster.log("out")).contains("nothing to remove");
        assertThat(cluster.mlops("train", "sweep", "--dry-run", "--older-than", "1s", "--all-controllers")
                        .waitFor())
                .isZero();
        assertThat(cluster.log("out")).contains("Would remove Job mean-", "of controller cli-");
        assertThat(cluster.left()).isPositive();
        assertThat(cluster.mlops("train", "sweep", "--older-than", "1s", "--json")
                        .waitFor())
                .isZero();
        JsonNode result = Documents.json().readTree(cluster.log("out"));
        assertThat(result.path("removed").get(0).path("kind").asText()).isEqualTo("Job");
        assertThat(result.path("kept")).isEmpty();
        cluster.assertNothingIsLeft();
    }
}
