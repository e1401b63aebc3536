package io.jenkins.plugins.mlops.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Main;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.training.ClusterStage;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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

    private static final String MLFLOW = System.getenv("MLOPS_TEST_MLFLOW");
    private static final String S3 = System.getenv("MLOPS_TEST_S3");

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

    private final String bucket = "cluster-" + UUID.randomUUID().toString().substring(0, 8);
    private TestCluster cluster;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(MLFLOW != null && S3 != null, "MLOPS_TEST_MLFLOW and MLOPS_TEST_S3 name no servers");
        assumeTrue(!S3.contains("127.0.0.1"), "the servers do not listen where pods reach them (MLOPS_TEST_LISTEN)");
        cluster = TestCluster.open(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
        String tools = TestCluster.image("tools");
        String python = TestCluster.image("python");
        TestBucket.make(S3, bucket, key(), secret());
        write("data/a.txt", "1");
        write("data/b.txt", "2");
        write("holdout/c.txt", "2.5");
        write("code/train.py", TRAIN);
        write("code/evaluate.py", EVALUATE);
        write("code/train.yaml", """
                name: mean
                command: [python3, train.py]
                params: {lines: 10, pause: 0.05}
                image: "%s"
                resources: {gpus: 1, memory: 128Mi, shm: 16Mi}
                deadlines: {queue: 3m, run: 5m}
                kubernetes: {grace: 3s}
                datasets: {training: {from: "s3://%s/data"}}
                evaluation: {command: [python3, evaluate.py], dataset: {from: "s3://%s/holdout"}}
                """.formatted(python, bucket, bucket));
        write("profile.yaml", """
                toolImage: "%s"
                outputs: s3://%s/outputs
                resources: {cpu: 100m, memory: 256Mi}
                limits: {gpus: 2}
                """.formatted(tools, bucket));
        for (String file : List.of("data/a.txt", "data/b.txt", "holdout/c.txt")) {
            put(file);
        }
    }

    @AfterEach
    void tearDown() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aModelComesBackWithWhatReallyRanInItsLineage() throws Exception {
        Path run = directory.resolve("run");
        Process mlops = train(run, "--json");
        assertThat(mlops.waitFor()).as(log("err")).isZero();

        JsonNode result = Documents.json().readTree(Files.readString(directory.resolve("out")));
        assertThat(run.resolve("output/model/mean.txt")).hasContent("1.5");
        assertThat(Files.readString(run.resolve("evaluation/metrics.json"))).contains("\"error\": 1.0");
        assertThat(Files.readString(run.resolve("lineage/provenance.json")))
                .contains("\"gpuSeconds\"", "\"role\" : \"image\"", image().substring(image().indexOf("sha256:") + 7));
        assertThat(log("err")).contains("| clean").doesNotContain(secret());
        try (MlflowServer mlflow = MlflowServer.connect(new MlflowSettings(URI.create(MLFLOW), null), null)) {
            var tracked = mlflow.run(result.path("run").path("id").asText()).orElseThrow();
            assertThat(tracked.status()).isEqualTo(RunStatus.FINISHED);
            assertThat(tracked.tags()).containsKeys(RunTags.MODEL_DIGEST, RunTags.LINEAGE, RunTags.EVALUATION);
        }
        assertNothingIsLeft();
        assertNoSecretIn(run);
    }

    @Test
    void aKilledWatcherLosesNothing() throws Exception {
        Path run = directory.resolve("run");
        Process first = train(run, "--param", "lines=300", "--param", "pause=0.05");
        awaitLines(run, 40);
        first.destroyForcibly().waitFor();
        Process second = mlops("train", "resume", run.toString());
        awaitLines(run, 120);
        second.destroyForcibly().waitFor();
        String uid = ClusterTraining.status(run).execution().uid();
        Thread.sleep(2_000);

        assertThat(mlops("train", "resume", run.toString()).waitFor())
                .as(log("err"))
                .isZero();

        List<String> lines =
                Files.readAllLines(Execution.log(ClusterTraining.executionDirectory(run, Workload.Role.TRAINING), 0));
        assertThat(lines.stream().filter(line -> line.startsWith("line ")).toList())
                .isEqualTo(IntStream.range(0, 300).mapToObj(i -> "line " + i).toList());
        assertThat(Execution.status(ClusterTraining.executionDirectory(run, Workload.Role.TRAINING))
                        .attempts())
                .hasSize(1);
        assertThat(uid).isNotNull();
        assertThat(run.resolve("output/model/mean.txt")).hasContent("1.5");
        assertNothingIsLeft();
    }

    @Test
    void aTrainingThatIsInterruptedIsRemovedFromTheCluster() throws Exception {
        Path run = directory.resolve("run");
        Process mlops = train(run, "--param", "lines=3000", "--param", "pause=0.1");
        awaitLines(run, 5);
        mlops.destroy();
        assertThat(mlops.waitFor(60, TimeUnit.SECONDS)).isTrue();

        // Python is the pod's first process, which does not hear SIGTERM: it is ended by its grace, not by the pod's.
        assertThat(ClusterTraining.status(run).stage()).as(log("err")).isEqualTo(ClusterStage.FAILED);
        assertThat(run.resolve("output")).doesNotExist();
        assertNothingIsLeft();
    }

    @Test
    void aFailedCommandIsToldWithItsExitCode() throws Exception {
        Path run = directory.resolve("run");
        Process mlops = train(run, "--param", "fail=true");

        assertThat(mlops.waitFor()).isEqualTo(1);
        assertThat(log("err")).contains("code 3");
        mlops("train", "why", run.toString()).waitFor();
        assertThat(log("out")).contains("code 3");
        assertNothingIsLeft();
    }

    @Test
    void ranksFindEachOtherAndRankZerosModelComesBack() throws Exception {
        write("code/train.py", GANG);
        String specification = Files.readString(directory.resolve("code/train.yaml"));
        write("code/train.yaml", specification + "nodes: 2\n");
        Path run = directory.resolve("run");

        assertThat(train(run).waitFor()).as(log("err")).isZero();

        assertThat(run.resolve("output/model/mean.txt")).hasContent("1.5");
        assertThat(Execution.log(ClusterTraining.executionDirectory(run, Workload.Role.TRAINING), 1))
                .content()
                .contains("said");
        assertNothingIsLeft();
    }

    @Test
    void theSweeperRemovesWhatNobodyCanGoOnWith() throws Exception {
        Path run = directory.resolve("run");
        Process mlops = train(run, "--param", "lines=3000", "--param", "pause=0.1");
        awaitLines(run, 5);
        mlops.destroyForcibly().waitFor();

        assertThat(mlops("train", "sweep", "--older-than", "1s").waitFor())
                .as(log("err"))
                .isZero();
        assertThat(log("out")).contains("Left Job mean-", "mlops train resume " + run);
        assertThat(left()).isPositive();

        FileTree.delete(run);
        assertThat(mlops("train", "sweep", "--dry-run").waitFor()).isZero();
        assertThat(log("out")).contains("nothing to remove");
        assertThat(mlops("train", "sweep", "--dry-run", "--older-than", "1s", "--all-controllers")
                        .waitFor())
                .isZero();
        assertThat(log("out")).contains("Would remove Job mean-", "of controller cli-");
        assertThat(left()).isPositive();
        assertThat(mlops("train", "sweep", "--older-than", "1s", "--json").waitFor())
                .isZero();
        JsonNode result = Documents.json().readTree(log("out"));
        assertThat(result.path("removed").get(0).path("kind").asText()).isEqualTo("Job");
        assertThat(result.path("kept")).isEmpty();
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (left() > 0 && System.nanoTime() < until) {
            Thread.sleep(500);
        }
        assertThat(left()).isZero();
    }

    private int left() {
        var admin = cluster.admin();
        String label = "app.kubernetes.io/managed-by";
        return admin.batch()
                        .v1()
                        .jobs()
                        .inNamespace(cluster.namespace())
                        .list()
                        .getItems()
                        .size()
                + admin.pods()
                        .inNamespace(cluster.namespace())
                        .list()
                        .getItems()
                        .size()
                + admin.secrets()
                        .inNamespace(cluster.namespace())
                        .withLabel(label)
                        .list()
                        .getItems()
                        .size();
    }

    private void assertNoSecretIn(Path run) throws IOException {
        try (var files = Files.walk(run)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(secret());
            }
        }
    }

    private void awaitLines(Path run, int count) throws Exception {
        Path log = Execution.log(ClusterTraining.executionDirectory(run, Workload.Role.TRAINING), 0);
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        while (!Files.exists(log) || Files.readAllLines(log).size() < count) {
            assertThat(System.nanoTime()).as(log("err")).isLessThan(until);
            Thread.sleep(100);
        }
    }

    private Process train(Path run, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                directory.resolve("code/train.yaml").toString(),
                "--backend",
                "kubernetes",
                "--run-dir",
                run.toString()));
        arguments.addAll(List.of(more));
        return mlops(arguments.toArray(new String[0]));
    }

    private Process mlops(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        boolean watches = arguments[1].equals("resume") || arguments[1].endsWith(".yaml");
        if (watches) {
            command.addAll(
                    List.of("--profile", directory.resolve("profile.yaml").toString()));
        }
        if (watches || arguments[1].equals("sweep")) {
            command.addAll(List.of("--kubeconfig", cluster.kubeconfig().toString()));
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment()
                .putAll(Map.of(
                        "AWS_ENDPOINT_URL", S3,
                        "AWS_ACCESS_KEY_ID", key(),
                        "AWS_SECRET_ACCESS_KEY", secret(),
                        "MLFLOW_TRACKING_URI", MLFLOW,
                        "MLOPS_LINEAGE_DIR", directory.resolve("lineage").toString(),
                        "MLOPS_CACHE_DIR", directory.resolve("cache").toString()));
        return builder.start();
    }

    private String log(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String image() {
        return TestCluster.image("python");
    }

    private void put(String key) throws IOException {
        ObjectStoreSettings settings = new ObjectStoreSettings(
                URI.create(S3), "us-east-1", new ObjectStoreSettings.Credentials(key(), secret(), null));
        try (ObjectStore store = ObjectStore.connect(settings)) {
            store.putIfAbsent(
                    new io.jenkins.plugins.mlops.core.store.S3Uri(bucket, key),
                    Files.readAllBytes(directory.resolve(key)));
        }
    }

    private void write(String path, String text) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String key() {
        return System.getenv("MLOPS_TEST_S3_ACCESS_KEY");
    }

    private static String secret() {
        return System.getenv("MLOPS_TEST_S3_SECRET_KEY");
    }
}
