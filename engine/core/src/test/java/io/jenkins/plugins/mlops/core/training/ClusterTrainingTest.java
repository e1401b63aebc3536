package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.card.Card;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.ClusterSettings;
import io.jenkins.plugins.mlops.core.cluster.ClusterWatch;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The stages of a training on a cluster, up to where a cluster would run something: the API server here holds nothing. */
@Timeout(60)
class ClusterTrainingTest {

    private static final String DIGEST = "@sha256:" + "a".repeat(64);
    private SensitiveParams sensitive = SensitiveParams.NONE;

    @TempDir
    Path directory;

    private final FakeMlflow mlflow = new FakeMlflow();
    private final FakeDatasets datasets = new FakeDatasets();
    private final List<String> notes = new CopyOnWriteArrayList<>();
    private final List<String> created = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile int down;
    private HttpServer api;
    private Cluster cluster;
    private ClusterWatch watch;
    private ObjectStore store;

    @BeforeEach
    void open() throws IOException {
        api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.setExecutor(threads);
        api.createContext("/", this::answer);
        api.start();
        Path kubeconfig = directory.resolve("kubeconfig");
        Files.writeString(kubeconfig, """
                apiVersion: v1
                kind: Config
                current-context: test
                contexts: [{name: test, context: {cluster: test, user: test, namespace: ml}}]
                clusters: [{name: test, cluster: {server: 'http://127.0.0.1:%d'}}]
                users: [{name: test, user: {token: none}}]
                """.formatted(api.getAddress().getPort()));
        cluster = Cluster.connect(new ClusterSettings(kubeconfig, null, null));
        watch = ClusterWatch.start(cluster, "tests", ClusterWatch.RELIST);
        store = ObjectStore.connect(storeSettings());
    }

    @AfterEach
    void close() {
        watch.close();
        cluster.close();
        store.close();
        api.stop(0);
        threads.shutdownNow();
    }

    /** Lists are empty, nothing of any name is there, and nothing may be created. */
    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String[] parts = path.split("/");
        boolean named = parts.length > 1 && path.matches(".*/namespaces/[^/]+/[^/]+/[^/]+.*");
        if (down > 0) {
            down--;
            say(exchange, 503, status(503, "ServiceUnavailable", "it is away"));
        } else if (exchange.getRequestMethod().equals("POST")) {
            created.add(path);
            say(exchange, 403, status(403, "Forbidden", "the quota of patience is used up"));
        } else if (named) {
            say(exchange, 404, status(404, "NotFound", "not found"));
        } else if (String.valueOf(exchange.getRequestURI().getQuery()).contains("watch=true")) {
            say(exchange, 200, "");
        } else {
            say(
                    exchange,
                    200,
                    "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
        }
    }

    private static String status(int code, String reason, String message) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"Status\",\"status\":\"Failure\",\"code\":" + code + ",\"reason\":\""
                + reason + "\",\"message\":\"" + message + "\"}";
    }

    private static void say(HttpExchange exchange, int code, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Test
    void oneThatIsStoppedBeforeItBeganMakesNothing() throws Exception {
        try (ClusterTraining training = start()) {
            assertThat(ClusterTraining.stop(directory.resolve("run"), "stopped by anna"))
                    .isTrue();

            assertThat(training.step(listener())).isEmpty();

            assertStopped(training);
        }
        assertThat(mlflow.statuses).isEmpty();
        assertThat(ClusterTraining.stop(directory.resolve("run"), "again")).isFalse();
    }

    @Test
    void oneThatIsStoppedWhileNobodyWatchesIsNotBegunByWhoTakesItUp() throws Exception {
        try (ClusterTraining training = start()) {
            training.step(listener());
            assertThat(training.status().stage()).isEqualTo(ClusterStage.TRAINING);
        }
        assertThat(ClusterTraining.latest(directory.resolve("run"))).isEmpty();
        assertThat(ClusterTraining.stop(directory.resolve("run"), "stopped by anna"))
                .isTrue();

        try (ClusterTraining training = ClusterTraining.open(directory.resolve("run"), services())) {
            toTheEnd(training);

            assertStopped(training);
        }
        assertThat(mlflow.status()).isEqualTo(RunStatus.KILLED);
        assertThat(created).isEmpty();
    }

    @Test
    void oneThatIsGivenUpHasFailedWithoutTheCluster() throws Exception {
        Path run = directory.resolve("run");
        try (ClusterTraining training = start()) {
            training.step(listener());
        }
        MlopsException why = MlopsException.refused("it is not allowed any longer");

        assertThat(ClusterTraining.giveUp(run, mlflow, why)).isTrue();

        assertThat(mlflow.status()).isEqualTo(RunStatus.FAILED);
        assertThat(created).isEmpty();
        try (ClusterTraining training = ClusterTraining.open(run, services())) {
            assertThat(training.step(listener())).isEmpty();
            assertThat(training.failure())
                    .hasValueSatisfying(failure -> assertThat(failure)
                            .hasMessage(why.getMessage())
                            .extracting(MlopsException::kind)
                            .isEqualTo(MlopsException.Kind.REFUSED));
        }
        assertThat(ClusterTraining.giveUp(run, mlflow, why)).isFalse();
    }

    @Test
    void oneThatTheClusterRefusesFailsWithItsWords() throws Exception {
        try (ClusterTraining training = start()) {
            toTheEnd(training);

            assertThat(training.failure())
                    .hasValueSatisfying(failure -> assertThat(failure)
                            .hasMessageContaining("the quota of patience is used up")
                            .extracting(MlopsException::kind)
                            .isEqualTo(MlopsException.Kind.REFUSED));
        }
        assertThat(mlflow.status()).isEqualTo(RunStatus.FAILED);
        assertThat(created).hasSize(1);
        try (ClusterTraining again = ClusterTraining.open(directory.resolve("run"), services())) {
            assertThat(again.isOver()).isTrue();
            assertThat(again.step(listener())).isEmpty();
            assertThat(again.failure()).isPresent();
            assertThat(again.result()).isEmpty();
        }
    }

    @Test
    void aClusterThatDoesNotAnswerIsWaitedFor() throws Exception {
        try (ClusterTraining training = start()) {
            training.step(listener());
            down = 6;
            toTheEnd(training);

            assertThat(training.failure())
                    .hasValueSatisfying(
                            failure -> assertThat(failure).hasMessageContaining("the quota of patience is used up"));
        }
        assertThat(notes)
                .filteredOn(note -> note.contains("trying again until it answers"))
                .hasSizeLessThan(4);
    }

    @Test
    void sensitiveParametersAreInTheSecretOfTheTrainingAlone() throws Exception {
        sensitive = SensitiveParams.of(
                Params.NONE.with("db.password", "planted too").with("rate", 1), List.of("db.password"));
        try (ClusterTraining training = start()) {
            training.step(listener());
        }
        ClusterTrainingState state = ClusterTrainingState.load(directory.resolve("run"));
        PodPlans plans = new PodPlans(services(), state);
        assertThat(state.training.secretEnvironment()).contains("MLOPS_SECRET_DB_PASSWORD");
        assertThat(plans.secrets(Workload.Role.TRAINING)).containsEntry("MLOPS_SECRET_DB_PASSWORD", "planted too");
        assertThat(plans.secrets(Workload.Role.STAGING)).doesNotContainKey("MLOPS_SECRET_DB_PASSWORD");
        assertThat(plans.secrets(Workload.Role.EVALUATION)).doesNotContainKey("MLOPS_SECRET_DB_PASSWORD");
        assertThat(Files.readString(directory.resolve("run/training.json"))).doesNotContain("planted");
        assertThat(sensitive.toString()).isEqualTo("[db.password]");
    }

    @Test
    void dataThatIsNotMarkedAsAnonymisedIsRefusedBeforeAnythingIsMade() throws Exception {
        assertThatThrownBy(() -> start("require: {anonymised: true}"))
                .hasMessageContaining("mlops dataset card set")
                .extracting(refusal -> ((MlopsException) refusal).kind())
                .isEqualTo(MlopsException.Kind.REFUSED);
        assertThat(directory.resolve("run")).doesNotExist();

        datasets.card =
                new Card(null, null, null, null, true, new Card.Evidence("report.pdf", Digest.of("report"), 6), null);
        start("require: {anonymised: true}").close();
        try (ClusterTraining again = ClusterTraining.open(directory.resolve("run"), services())) {
            again.step(listener());
        }
        assertThat(ClusterTrainingState.load(directory.resolve("run")).plan().cards())
                .as("the record is made of what was seen at the start")
                .containsOnlyKeys("training");
    }

    @Test
    void whatItKnowsIsInItsDirectoryAndNoSecretIs() throws Exception {
        try (ClusterTraining training = start()) {
            training.step(listener());
        }
        String state = Files.readString(directory.resolve("run/training.json"));
        assertThat(state).contains("\"TRAINING\"", FakeMlflow.RUN).doesNotContain("planted");
    }

    private void assertStopped(ClusterTraining training) {
        assertThat(training.isOver()).isTrue();
        assertThat(training.failure())
                .hasValueSatisfying(failure -> assertThat(failure)
                        .hasMessageContaining("stopped by anna")
                        .extracting(MlopsException::kind)
                        .isEqualTo(MlopsException.Kind.INTERRUPTED));
    }

    private void toTheEnd(ClusterTraining training) throws InterruptedException {
        Optional<Duration> next = training.step(listener());
        while (next.isPresent()) {
            Thread.sleep(Math.min(200, next.get().toMillis()));
            next = training.step(listener());
        }
    }

    private ClusterTraining start() throws IOException {
        return start("");
    }

    private ClusterTraining start(String more) throws IOException {
        Path code = Files.createDirectories(directory.resolve("code"));
        Path file = Files.writeString(code.resolve("train.yaml"), """
                name: digits
                command: [python, train.py]
                image: registry.example.com/trainer%s
                datasets: {training: {from: "s3://bucket/train"}}
                kubernetes: {code: image}
                %s
                """.formatted(DIGEST, more));
        return ClusterTraining.start(
                TrainingSpecification.read(file), UUID.randomUUID(), directory.resolve("run"), services(), listener());
    }

    private ClusterServices services() {
        TrainingServices common = new TrainingServices(
                datasets,
                datasets,
                mlflow,
                mlflow,
                new MlflowSettings(
                        URI.create("http://mlflow.example.org"),
                        new MlflowSettings.Credentials("user", "planted", null)),
                LineageStore.open(directory.resolve("lineage")),
                Withdrawals.none(),
                new TrainingServices.Builder("https://example.org/test", Map.of()));
        ClusterProfile profile = Documents.readYaml(
                "toolImage: registry.example.com/tools" + DIGEST + "\noutputs: s3://bucket/outputs\n",
                "profile",
                ClusterProfile.class);
        return new ClusterServices(
                common,
                store,
                storeSettings(),
                storeSettings(),
                cluster,
                watch,
                ClusterFacts.NONE,
                profile,
                "tests",
                null,
                sensitive,
                image -> image);
    }

    private static ObjectStoreSettings storeSettings() {
        return new ObjectStoreSettings(
                URI.create("http://127.0.0.1:9"),
                "us-east-1",
                new ObjectStoreSettings.Credentials("key", "planted", null));
    }

    private TrainingListener listener() {
        return new TrainingListener() {
            @Override
            public void note(String text) {
                notes.add(text);
            }

            @Override
            public void output(Stage stage, String line) {
                // Nothing runs.
            }
        };
    }
}
