package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestNamespace;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.training.ClusterController.Outcome;
import io.jenkins.plugins.mlops.training.ClusterController.Setup;
import io.jenkins.plugins.mlops.training.ClusterController.Training;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * The packaged plugin in a controller of its own, with pods of a real cluster, a real MLflow, a real S3 server and a real repository with a
 * training. The controller has no executor but for the checkout.
 */
abstract class ClusterTrainingFixture {

    private static final int TIMEOUT_SECONDS = 1200;

    private static final String TRAIN = """
            import json, os, pathlib, time
            data = pathlib.Path(os.environ["MLOPS_DATASET_DIR"])
            numbers = [float(f.read_text()) for f in sorted(data.glob("*.txt"))]
            params = json.load(open(os.environ["MLOPS_PARAMS_FILE"]))
            print("password", os.environ["MLFLOW_TRACKING_PASSWORD"], flush=True)
            for line in range(params["lines"]):
                print("line", line, flush=True)
                time.sleep(params["pause"])
            if params.get("fail"):
                raise SystemExit(3)
            pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text(str(sum(numbers) / len(numbers)))
            """;

    static final String EVALUATE = """
            import json, os, pathlib
            mean = float(pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").read_text())
            files = sorted(pathlib.Path(os.environ["MLOPS_EVALUATION_DATASET_DIR"]).glob("*.txt"))
            error = sum(abs(float(f.read_text()) - mean) for f in files) / len(files)
            pathlib.Path(os.environ["MLOPS_METRICS_FILE"]).write_text(json.dumps({"error": error, "samples": len(files)}))
            """;

    @RegisterExtension
    final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withTimeout(TIMEOUT_SECONDS)
            .javaOptions("-Dhudson.plugins.git.GitSCM.ALLOW_LOCAL_CHECKOUT=true");

    @TempDir
    Path directory;

    final URI mlflow = TestServers.mlflow();
    final TestServers.S3 s3 = TestServers.s3();
    final String password = "planted-" + UUID.randomUUID();
    String bucket;
    TestNamespace namespace;
    private String token;

    @BeforeEach
    void prepare() throws Throwable {
        String python = TestNamespace.image("python");
        String tools = TestNamespace.image("tools");
        namespace = TestNamespace.open();
        token = namespace.token();
        bucket = s3.newBucket();
        put("data/a.txt", "1");
        put("data/b.txt", "2");
        put("holdout/c.txt", "2.5");
        write("code/train.py", TRAIN);
        write("code/evaluate.py", EVALUATE);
        write("other/large.txt", "is no part of the code");
        write("Jenkinsfile", jenkinsfile());
        write("rules.yaml", "rules:\n  - metric: error\n    direction: lower\n    threshold: 1.5\n");
        write("code/train.yaml", """
                name: mean
                experiment: jenkins-%s
                command: [python3, train.py]
                params: {lines: 1000, pause: 0.05}
                image: "%s"
                resources: {gpus: 1, memory: 128Mi, shm: 16Mi}
                deadlines: {queue: 3m, run: 10m}
                kubernetes: {grace: 2s}
                datasets: {training: {from: "s3://%s/data"}}
                evaluation: {command: [python3, evaluate.py], dataset: {from: "s3://%s/holdout"}}
                """.formatted(bucket, python, bucket, bucket));
        PackagedPlugin.install(jenkins);
        jenkins.startJenkins();
        jenkins.runRemotely(
                ClusterController::configure,
                new Setup(
                        mlflow.toString(),
                        password,
                        s3.endpoint(),
                        s3.accessKey(),
                        s3.secretKey(),
                        namespace.server(),
                        namespace.authority(),
                        token,
                        namespace.name(),
                        """
                        toolImage: "%s"
                        outputs: s3://%s/outputs
                        resources: {cpu: 100m, memory: 256Mi}
                        limits: {gpus: 2}
                        """.formatted(tools, bucket)));
    }

    @AfterEach
    void tearDown() {
        if (namespace != null) {
            namespace.close();
        }
    }

    /** Commits what was written, and begins the first build of its pipeline in the job "train". Returns the commit. */
    String begin() throws Throwable {
        commit();
        jenkins.runRemotely(
                ClusterController::jobOfRepository, "train", directory.toUri().toString());
        jenkins.runRemotely(ClusterController::begin, "train");
        return head;
    }

    /** Waits for the last build of a job, which must be successful. */
    Outcome success(String job) throws Throwable {
        Outcome outcome = jenkins.runRemotely(ClusterController::end, job);
        assertThat(outcome.result()).as(outcome.log()).isEqualTo("SUCCESS");
        return outcome;
    }

    /** Commits another program and another pipeline, which what is pinned to an earlier commit must not run. */
    void letTheBranchGoOn() throws Exception {
        write("code/train.py", "raise SystemExit('another program')");
        write("Jenkinsfile", "error 'another pipeline'");
        commit();
    }

    private int failures;

    String fail(String script) throws Throwable {
        String name = "failing-" + ++failures;
        jenkins.runRemotely(ClusterController::job, name, script);
        jenkins.runRemotely(ClusterController::begin, name);
        Outcome outcome = jenkins.runRemotely(ClusterController::end, name);
        assertThat(outcome.result()).as(outcome.log()).isEqualTo("FAILURE");
        return outcome.log();
    }

    void await(String job, String text) throws Throwable {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(15);
        while (!jenkins.runRemotely(ClusterController::logHas, job, text)) {
            assertThat(System.nanoTime())
                    .as(jenkins.runRemotely(ClusterController::log, job))
                    .isLessThan(until);
            Thread.sleep(200);
        }
    }

    /** The training's record among the files of a build. */
    static Path record(Outcome outcome) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(outcome.rootDirectory()).resolve("mlops"))) {
            return files.filter(file -> file.endsWith("lineage/provenance.json"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    TrackedRun tracked(String runId) {
        try (MlflowServer server = MlflowServer.connect(new MlflowSettings(mlflow, null), null)) {
            return server.run(runId).orElseThrow();
        }
    }

    /** Waits for the end of a training that is brought about in the background. */
    Training ended(String job) throws Throwable {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        Training training = jenkins.runRemotely(ClusterController::end, job).training();
        while (training.status().equals("RUNNING") && System.nanoTime() < until) {
            Thread.sleep(500);
            training = jenkins.runRemotely(ClusterController::end, job).training();
        }
        return training;
    }

    void assertNothingIsLeft() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (namespace.left() > 0 && System.nanoTime() < until) {
            Thread.sleep(500);
        }
        assertThat(namespace.left()).isZero();
    }

    void assertNoSecretIn(Path home) throws IOException {
        List<String> secrets = List.of(s3.secretKey(), password, token);
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (secrets.stream().anyMatch(content::contains)) {
                    found.add(file);
                }
            }
        }
        assertThat(found).isEmpty();
    }

    String head;

    String commit() throws Exception {
        try (Git git = Git.init()
                .setDirectory(directory.toFile())
                .setInitialBranch("main")
                .call()) {
            git.add().addFilepattern(".").call();
            head = git.commit()
                    .setMessage("Change the training")
                    .setAuthor("A. Author", "author@example.org")
                    .setCommitter("A. Author", "author@example.org")
                    .setSign(false)
                    .call()
                    .getName();
            return head;
        }
    }

    void write(String file, String text) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    void put(String key, String text) {
        try (ObjectStore store = store()) {
            store.putIfAbsent(new S3Uri(bucket, key), text.getBytes(StandardCharsets.UTF_8));
        }
    }

    ObjectStore store() {
        return ObjectStore.connect(new ObjectStoreSettings(
                URI.create(s3.endpoint()),
                s3.region(),
                new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null)));
    }

    /** What the repository's pipeline is in the beginning. */
    abstract String jenkinsfile();
}
