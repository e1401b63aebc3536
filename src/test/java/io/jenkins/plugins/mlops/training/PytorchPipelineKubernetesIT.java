package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestNamespace;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.training.ClusterController.Job;
import io.jenkins.plugins.mlops.training.ClusterController.Outcome;
import io.jenkins.plugins.mlops.training.ClusterController.Setup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** The Jenkinsfile of pipelines/pytorch-ddp as it is there: two pods train, the gate looks, the model becomes champion. */
class PytorchPipelineKubernetesIT {

    private static final int TIMEOUT_SECONDS = 1500;
    private static final Path PIPELINES = Path.of("pipelines");
    private static final String CODE = "pipelines/pytorch-ddp";

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withTimeout(TIMEOUT_SECONDS)
            .javaOptions("-Dhudson.plugins.git.GitSCM.ALLOW_LOCAL_CHECKOUT=true");

    @TempDir
    private Path directory;

    private final URI mlflow = TestServers.mlflow();
    private final TestServers.S3 s3 = TestServers.s3();
    private TestNamespace namespace;

    @AfterEach
    void tearDown() {
        if (namespace != null) {
            namespace.close();
        }
    }

    @Test
    void twoPodsTrainAChampion() throws Throwable {
        String image = TestNamespace.image("pytorch");
        String bucket = s3.newBucket();
        datasets(bucket);
        Path repository = directory.resolve("repository");
        String commit = repository(repository);
        configure(bucket);
        jenkins.runRemotely(
                ClusterController::jobOf, new Job("ddp", repository.toUri().toString(), CODE + "/Jenkinsfile"));

        jenkins.runRemotely(
                ClusterController::beginWith,
                "ddp",
                new HashMap<>(Map.of(
                        "DATASET",
                        "s3://" + bucket + "/data/training",
                        "EVALUATION",
                        "s3://" + bucket + "/data/evaluation",
                        "IMAGE",
                        image)));
        Outcome outcome = jenkins.runRemotely(ClusterController::end, "ddp");

        assertThat(outcome.result()).as(outcome.log()).isEqualTo("SUCCESS");
        assertThat(outcome.log()).contains("on 2 processes by gloo, training from scratch", "rank 0: weights sha256:");
        assertThat(outcome.training().status()).isEqualTo("FINISHED");
        assertThat(outcome.training().commit()).isEqualTo(commit);
        try (MlflowServer server = MlflowServer.connect(new MlflowSettings(mlflow, null), null)) {
            var champion = server.byAlias("digits-ddp", "champion").orElseThrow();
            assertThat(champion.runId()).isEqualTo(outcome.training().runId());
        }
        assertThat(namespace.left()).isZero();
    }

    private void configure(String bucket) throws Throwable {
        String tools = TestNamespace.image("tools");
        namespace = TestNamespace.open();
        if (Boolean.getBoolean("mlops.test.packaged")) {
            PackagedPlugin.install(jenkins);
        }
        jenkins.startJenkins();
        jenkins.runRemotely(
                ClusterController::configure,
                new Setup(
                        mlflow.toString(),
                        "none",
                        s3.endpoint(),
                        s3.accessKey(),
                        s3.secretKey(),
                        namespace.server(),
                        namespace.authority(),
                        namespace.token(),
                        namespace.name(),
                        """
                        toolImage: "%s"
                        outputs: s3://%s/outputs
                        resources: {cpu: 500m, memory: 1Gi}
                        """.formatted(tools, bucket)));
    }

    /** Puts the digits into the bucket. */
    private void datasets(String bucket) throws Exception {
        String venv = System.getenv("MLOPS_TEST_VENV");
        assumeTrue(venv != null, "the environment has no MLOPS_TEST_VENV: run it with testing/servers");
        Path log = directory.resolve("prepared");
        Process process = new ProcessBuilder(
                        venv + "/bin/python",
                        PIPELINES.resolve("digits/prepare.py").toString(),
                        directory.resolve("data").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        for (String name : List.of("data/training", "data/evaluation")) {
            List<Path> files;
            try (Stream<Path> all = Files.walk(directory.resolve(name))) {
                files = all.filter(Files::isRegularFile).toList();
            }
            try (ObjectStore store = ObjectStore.connect(new ObjectStoreSettings(
                    URI.create(s3.endpoint()),
                    s3.region(),
                    new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null)))) {
                files.parallelStream().forEach(file -> put(store, bucket, file));
            }
        }
    }

    private void put(ObjectStore store, String bucket, Path file) {
        try {
            store.putIfAbsent(new S3Uri(bucket, directory.relativize(file).toString()), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pipeline in a repository, with pods that are small enough for the test cluster; returns the commit. */
    private static String repository(Path root) throws Exception {
        Path code = Files.createDirectories(root.resolve(CODE));
        try (Stream<Path> files = Files.list(PIPELINES.resolve("pytorch-ddp"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, code.resolve(file.getFileName()));
            }
        }
        Path specification = code.resolve("train.yaml");
        String text = Files.readString(specification);
        Files.writeString(
                specification,
                text.replaceAll("(?m)^resources: .*$", "resources: {gpus: 0, cpu: 500m, memory: 1Gi, shm: 64Mi}"));
        try (Git git =
                Git.init().setDirectory(root.toFile()).setInitialBranch("main").call()) {
            git.add().addFilepattern(".").call();
            return git.commit()
                    .setMessage("Train on two nodes")
                    .setAuthor("A. Author", "author@example.org")
                    .setCommitter("A. Author", "author@example.org")
                    .setSign(false)
                    .call()
                    .getName();
        }
    }
}
