package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestNamespace;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.training.ClusterController.Outcome;
import io.jenkins.plugins.mlops.training.ClusterController.Setup;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * {@code trainModel} of the packaged plugin in a controller of its own, with pods of a real cluster, a real MLflow, a real S3 server and
 * a real repository. The controller has no executor but for the checkout.
 */
class TrainModelKubernetesIT {

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

    private static final String EVALUATE = """
            import json, os, pathlib
            mean = float(pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").read_text())
            files = sorted(pathlib.Path(os.environ["MLOPS_EVALUATION_DATASET_DIR"]).glob("*.txt"))
            error = sum(abs(float(f.read_text()) - mean) for f in files) / len(files)
            pathlib.Path(os.environ["MLOPS_METRICS_FILE"]).write_text(json.dumps({"error": error, "samples": len(files)}))
            """;

    private static final String JENKINSFILE = """
            node { checkout scm }
            def model = trainModel(spec: 'code/train.yaml', params: [lines: 20])
            echo "trained ${model.digest} of ${model.commit} in run ${model.runId} on ${model.image}"
            node {
                def gate = evaluationGate rules: 'rules.yaml'
                echo "gate ${gate.verdict} of ${gate.modelDigest}"
            }
            """;

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withTimeout(TIMEOUT_SECONDS)
            .javaOptions("-Dhudson.plugins.git.GitSCM.ALLOW_LOCAL_CHECKOUT=true");

    @TempDir
    private Path directory;

    private final URI mlflow = TestServers.mlflow();
    private final TestServers.S3 s3 = TestServers.s3();
    private final String password = "planted-" + UUID.randomUUID();
    private String bucket;
    private TestNamespace namespace;
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
        write("Jenkinsfile", JENKINSFILE);
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

    @Test
    void aModelOfTheCommitIsTrainedMeasuredAndJudgedWithoutAnExecutor() throws Throwable {
        String commit = commit();
        jenkins.runRemotely(
                ClusterController::jobOfRepository, "train", directory.toUri().toString());
        jenkins.runRemotely(ClusterController::begin, "train");

        Outcome outcome = jenkins.runRemotely(ClusterController::end, "train");

        assertThat(outcome.result()).as(outcome.log()).isEqualTo("SUCCESS");
        assertThat(outcome.log())
                .contains("line 19", "password ****", "of " + commit + " in run", "gate pass of sha256:");
        assertThat(outcome.training().status()).isEqualTo("FINISHED");
        assertThat(outcome.training().commit()).isEqualTo(commit);
        assertThat(outcome.training().evaluation()).isNotNull();
        TrackedRun run = tracked(outcome.training().runId());
        assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(run.tags())
                .containsEntry("mlops.commit", commit)
                .containsKeys(RunTags.MODEL_DIGEST, RunTags.LINEAGE);
        assertNothingIsLeft();
        assertNoSecretIn(jenkins.getHome().toPath());
        assertThat(Files.readString(record(outcome))).contains("\"gpuSeconds\"", "jenkins");
    }

    /** The first candidate has no champion to be compared with; the second is, on the same set, by the same evaluator. */
    @Test
    void candidateAndChampionAreMeasuredInPodsOfTheirOwn() throws Throwable {
        write("code/evaluate.yaml", """
                name: mean-evaluation
                experiment: jenkins-%s
                command: [python3, evaluate.py]
                image: "%s"
                resources: {memory: 128Mi}
                dataset: {from: "s3://%s/holdout"}
                """.formatted(bucket, TestNamespace.image("python"), bucket));
        write("rules.yaml", """
                rules:
                  - metric: error
                    direction: lower
                    threshold: 5
                    baseline: champion
                    max_drop: 0.1
                    without_baseline: pass
                """);
        write("Jenkinsfile", """
                node { checkout scm }
                trainModel spec: 'code/train.yaml', params: [lines: 3]
                def measured = evaluateModel spec: 'code/evaluate.yaml', champion: 'models:/%1$s@champion'
                echo "measured ${measured.model}, champion ${measured.champion}"
                node {
                    def gate = evaluationGate rules: 'rules.yaml', model: '%1$s'
                    promoteModel name: '%1$s', gate: gate
                }
                """.formatted(bucket));
        commit();
        jenkins.runRemotely(
                ClusterController::jobOfRepository, "train", directory.toUri().toString());
        jenkins.runRemotely(ClusterController::begin, "train");
        Outcome first = jenkins.runRemotely(ClusterController::end, "train");
        assertThat(first.result()).as(first.log()).isEqualTo("SUCCESS");
        assertThat(first.log()).contains("champion null");

        put("data/c.txt", "3");
        jenkins.runRemotely(ClusterController::begin, "train");
        Outcome second = jenkins.runRemotely(ClusterController::end, "train");

        assertThat(second.result()).as(second.log()).isEqualTo("SUCCESS");
        assertThat(second.log())
                .contains("measured runs:/" + second.training().runId(), "champion models:/" + bucket + "/1")
                .contains("Compared with evaluation.json of models:/" + bucket + "/1");
        assertNothingIsLeft();
        assertNoSecretIn(jenkins.getHome().toPath());
    }

    /** The controller dies again and again, at any moment, and each line of the training is in the log once. */
    @Test
    void aKilledControllerLosesNothing() throws Throwable {
        int kills = Integer.getInteger("mlops.test.kills", 3);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        write("Jenkinsfile", JENKINSFILE.replace("lines: 20", "lines: " + 200 * kills));
        commit();
        jenkins.runRemotely(
                ClusterController::jobOfRepository, "train", directory.toUri().toString());
        jenkins.runRemotely(ClusterController::begin, "train");
        await("line 5");
        for (int kill = 0; kill < kills; kill++) {
            Thread.sleep(random.nextInt(4_000));
            jenkins.stopJenkinsForcibly();
            jenkins.startJenkins();
        }

        Outcome outcome = jenkins.runRemotely(ClusterController::end, "train");

        assertThat(outcome.result()).as("seed " + seed + "\n" + outcome.log()).isEqualTo("SUCCESS");
        assertThat(outcome.log()
                        .lines()
                        .filter(line -> line.startsWith("line "))
                        .toList())
                .as("seed " + seed)
                .isEqualTo(IntStream.range(0, 200 * kills)
                        .mapToObj(i -> "line " + i)
                        .toList());
        assertThat(runs()).hasSize(1);
        assertNothingIsLeft();
        jenkins.stopJenkins();
        assertNoSecretIn(jenkins.getHome().toPath());
    }

    @Test
    void aStoppedBuildLeavesNothingInTheCluster() throws Throwable {
        commit();
        jenkins.runRemotely(
                ClusterController::jobOfRepository, "train", directory.toUri().toString());
        write("Jenkinsfile", JENKINSFILE.replace("lines: 20", "lines: 5000"));
        commit();
        jenkins.runRemotely(ClusterController::begin, "train");
        await("line 5");
        jenkins.runRemotely(ClusterController::stop, "train");

        Outcome outcome = jenkins.runRemotely(ClusterController::end, "train");

        assertThat(outcome.result()).as(outcome.log()).isEqualTo(Result.ABORTED.toString());
        assertThat(outcome.training().status()).isEqualTo("KILLED");
        assertThat(tracked(outcome.training().runId()).status()).isEqualTo(RunStatus.KILLED);
        assertNothingIsLeft();
    }

    @Test
    void whatIsWrongIsToldInOneSentence() throws Throwable {
        commit();
        String repository = directory.toUri().toString();
        String checkout = "node { git url: '" + repository + "', branch: 'main'\n";
        String failing = fail(checkout + "trainModel spec: 'code/train.yaml', params: [lines: 2, fail: true] }");
        assertThat(failing).contains("Training: ", "code 3").doesNotContain("at io.jenkins");
        assertThat(fail("trainModel spec: 'code/train.yaml'"))
                .contains("Which commit this build is about is not known");
        assertThat(fail(checkout + "trainModel spec: 'none.yaml' }")).contains("There is no specification none.yaml");
        assertThat(fail(checkout + "trainModel spec: '../none.yaml' }")).contains("../none.yaml");
        assertThat(fail(checkout + "trainModel spec: 'code/train.yaml', gpus: 3 }"))
                .contains("does not allow 'mean'", "gpus");
        assertThat(fail(checkout + "trainModel spec: 'code/train.yaml', cluster: 'tpu' }"))
                .contains("There is no cluster 'tpu'", "it has gpu");
        assertThat(fail("trainModel image: 'a'")).contains("'image' and 'command'");
        assertNothingIsLeft();
    }

    @Test
    void theStepAloneIsEnoughForCodeInAWorkspace() throws Throwable {
        jenkins.runRemotely(ClusterController::job, "inline", """
                node {
                    writeFile file: 'fit.py', text: 'import os; open(os.environ["MLOPS_MODEL_DIR"] + "/m", "w").write("1")'
                    def data = resolveDataset from: 's3://%s/data'
                    def model = trainModel(
                        name: 'inline', image: '%s', command: ['python3', 'fit.py'], memory: '128Mi', dataset: data)
                    echo "dataset ${model.dataset} gaps ${model.gaps}"
                }
                """.formatted(bucket, TestNamespace.image("python")));
        jenkins.runRemotely(ClusterController::begin, "inline");

        Outcome outcome = jenkins.runRemotely(ClusterController::end, "inline");

        assertThat(outcome.result()).as(outcome.log()).isEqualTo("SUCCESS");
        assertThat(outcome.log()).contains("dataset sha256:");
        assertThat(outcome.training().commit()).isNull();
        assertNothingIsLeft();
    }

    private int failures;

    private String fail(String script) throws Throwable {
        String name = "failing-" + ++failures;
        jenkins.runRemotely(ClusterController::job, name, script);
        jenkins.runRemotely(ClusterController::begin, name);
        Outcome outcome = jenkins.runRemotely(ClusterController::end, name);
        assertThat(outcome.result()).as(outcome.log()).isEqualTo("FAILURE");
        return outcome.log();
    }

    private void await(String text) throws Throwable {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (!jenkins.runRemotely(ClusterController::logHas, "train", text)) {
            assertThat(System.nanoTime())
                    .as(jenkins.runRemotely(ClusterController::log, "train"))
                    .isLessThan(until);
            Thread.sleep(200);
        }
    }

    private Path record(Outcome outcome) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(outcome.rootDirectory()).resolve("mlops"))) {
            return files.filter(file -> file.endsWith("lineage/provenance.json"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private TrackedRun tracked(String runId) {
        try (MlflowServer server = MlflowServer.connect(new MlflowSettings(mlflow, null), null)) {
            return server.run(runId).orElseThrow();
        }
    }

    private List<TrackedRun> runs() {
        try (MlflowServer server = MlflowServer.connect(new MlflowSettings(mlflow, null), null)) {
            return server.runsByTag("jenkins-" + bucket, RunTags.COMMIT, head);
        }
    }

    private void assertNothingIsLeft() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (namespace.left() > 0 && System.nanoTime() < until) {
            Thread.sleep(500);
        }
        assertThat(namespace.left()).isZero();
    }

    private void assertNoSecretIn(Path home) throws IOException {
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

    private String head;

    private String commit() throws Exception {
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

    private void write(String file, String text) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void put(String key, String text) {
        try (ObjectStore store = ObjectStore.connect(new ObjectStoreSettings(
                URI.create(s3.endpoint()),
                s3.region(),
                new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null)))) {
            store.putIfAbsent(new S3Uri(bucket, key), text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
