package io.jenkins.plugins.mlops.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.cli.Main;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a test of {@code mlops train --backend kubernetes} works with: the command as a process of its own, a namespace that enforces the pod
 * security standard "restricted", an account with the minimal Role, a bucket, a real MLflow and a real S3 server. The specification is
 * {@code code/train.yaml} below the test's directory, the cluster's profile {@code profile.yaml}.
 */
final class TestClusterTraining implements AutoCloseable {

    private static final String MLFLOW = System.getenv("MLOPS_TEST_MLFLOW");
    private static final String S3 = System.getenv("MLOPS_TEST_S3");

    private final Path directory;
    private final TestCluster cluster;
    private final String bucket = "cluster-" + UUID.randomUUID().toString().substring(0, 8);

    private TestClusterTraining(Path directory, TestCluster cluster) {
        this.directory = directory;
        this.cluster = cluster;
    }

    /** Skips the test where something of that is not there. @param profile more of the cluster's profile, as YAML */
    static TestClusterTraining open(Path directory, String profile) throws Exception {
        assumeTrue(MLFLOW != null && S3 != null, "MLOPS_TEST_MLFLOW and MLOPS_TEST_S3 name no servers");
        assumeTrue(!S3.contains("127.0.0.1"), "the servers do not listen where pods reach them (MLOPS_TEST_LISTEN)");
        String tools = TestCluster.image("tools");
        TestClusterTraining training = new TestClusterTraining(
                directory, TestCluster.open(Map.of("pod-security.kubernetes.io/enforce", "restricted")));
        TestBucket.make(S3, training.bucket, key(), secret());
        training.write("profile.yaml", """
                toolImage: "%s"
                outputs: s3://%s/outputs
                %s
                """.formatted(tools, training.bucket, profile));
        return training;
    }

    TestCluster cluster() {
        return cluster;
    }

    String bucket() {
        return bucket;
    }

    MlflowServer mlflow() {
        return MlflowServer.connect(new MlflowSettings(URI.create(MLFLOW), null), null);
    }

    ObjectStore store() {
        return ObjectStore.connect(new ObjectStoreSettings(
                URI.create(S3), "us-east-1", new ObjectStoreSettings.Credentials(key(), secret(), null)));
    }

    /** @return the file */
    Path write(String path, String text) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    /** Puts a file, or all files of a directory, below the test's directory into the bucket under the same path. */
    void put(String path) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory.resolve(path))) {
            files = all.filter(Files::isRegularFile).toList();
        }
        try (ObjectStore store = store()) {
            files.parallelStream().forEach(file -> {
                try {
                    store.putIfAbsent(
                            new S3Uri(bucket, directory.relativize(file).toString()), Files.readAllBytes(file));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    Process train(Path run, String... more) throws IOException {
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

    /** The command; its output goes to the files {@code out} and {@code err}. */
    Process mlops(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        List<String> given = List.of(arguments);
        boolean watches = given.contains("resume") || given.contains("kubernetes");
        if (watches) {
            command.addAll(
                    List.of("--profile", directory.resolve("profile.yaml").toString()));
        }
        if (watches || given.contains("sweep")) {
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

    /** What the command that was started last has printed. @param name {@code out} or {@code err} */
    String log(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The file that a rank's lines are kept in. */
    static Path rankLog(Path run, int rank) {
        return Execution.log(ClusterTraining.executionDirectory(run, Workload.Role.TRAINING), rank);
    }

    /** Waits until rank 0 has printed so many lines, as the run directory has them. */
    void awaitLines(Path run, int count) throws Exception {
        Path log = rankLog(run, 0);
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        while (!Files.exists(log) || Files.readAllLines(log).size() < count) {
            assertThat(System.nanoTime()).as(log("err")).isLessThan(until);
            Thread.sleep(100);
        }
    }

    void assertNothingIsLeft() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (left() > 0 && System.nanoTime() < until) {
            Thread.sleep(500);
        }
        assertThat(left()).isZero();
    }

    /** How many objects the command made that are still there. */
    int left() {
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

    void assertNoSecretIn(Path run) throws IOException {
        assertThat(log("err")).doesNotContain(secret());
        try (var files = Files.walk(run)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(secret());
            }
        }
    }

    @Override
    public void close() {
        cluster.close();
    }

    private static String key() {
        return System.getenv("MLOPS_TEST_S3_ACCESS_KEY");
    }

    private static String secret() {
        return System.getenv("MLOPS_TEST_S3_SECRET_KEY");
    }
}
