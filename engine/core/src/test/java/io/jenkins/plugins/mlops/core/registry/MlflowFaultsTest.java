package io.jenkins.plugins.mlops.core.registry;

import static io.jenkins.plugins.mlops.core.registry.ScriptedServer.answer;
import static io.jenkins.plugins.mlops.core.registry.ScriptedServer.broken;
import static io.jenkins.plugins.mlops.core.registry.ScriptedServer.ok;
import static io.jenkins.plugins.mlops.core.registry.ScriptedServer.redirect;
import static io.jenkins.plugins.mlops.core.registry.ScriptedServer.silent;
import static io.jenkins.plugins.mlops.core.registry.ScriptedServer.truncated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings.Credentials;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of calls to an MLflow server that fails, lies, or is none. */
class MlflowFaultsTest {

    private static final String MODEL =
            "{\"registered_model\":{\"name\":\"m\",\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]}}";
    private static final String MISSING = "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"no such thing\"}";
    private static final String PAGE = "<!doctype html><html><body>Gateway</body></html>";

    private ScriptedServer http;
    private MlflowServer server;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws IOException {
        http = new ScriptedServer();
        server = connect(http.uri(), new Credentials("ann", "s3cret", null));
    }

    private static MlflowServer connect(URI uri, Credentials credentials) {
        return connect(uri, credentials, Duration.ofSeconds(20));
    }

    private static MlflowServer connect(URI uri, Credentials credentials, Duration answerTimeout) {
        RetryPolicy retry = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2));
        return MlflowServer.connect(new MlflowSettings(uri, credentials), null, retry, answerTimeout);
    }

    @AfterEach
    void stop() {
        server.close();
        http.close();
    }

    private static MlopsException failure(ThrowingCallable call) {
        MlopsException failure = catchThrowableOfType(MlopsException.class, call);
        assertThat(failure).as("a failure").isNotNull();
        assertThat(failure.getMessage()).doesNotContain("\n", "<html", "s3cret", "SELECT", "INSERT");
        return failure;
    }

    @Test
    void aBusyServerIsAskedAgain() {
        http.on("GET registered-models/get", answer(503, PAGE), answer(429, ""), ok(MODEL));
        assertThat(server.modelTags("m")).containsEntry("k", "v");
    }

    @Test
    void aServerThatStaysBusyIsUnreachableAfterAFewTries() {
        http.on("GET registered-models/get", answer(503, PAGE));
        assertThat(failure(() -> server.modelTags("m")).kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(http.count("GET registered-models/get")).isEqualTo(3);
    }

    @Test
    void wrongCredentialsAreRefusedAtOnce() {
        http.on("GET registered-models/get", answer(401, "You are not authenticated."));
        MlopsException failure = failure(() -> server.modelTags("m"));
        assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure).hasMessageContaining("credentials");
        assertThat(http.requests).hasSize(1);
    }

    @Test
    void anAnswerWithoutEndIsNotKept() {
        http.on("GET registered-models/get", (exchange, body) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] blanks = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            for (int sent = 0; sent < 200; sent++) {
                exchange.getResponseBody().write(blanks);
            }
            exchange.close();
        });
        MlopsException failure = failure(() -> server.modelTags("m"));
        assertThat(failure.kind()).isEqualTo(Kind.FAILED);
        assertThat(failure).hasMessageContaining("more than 64 MiB");
        assertThat(http.requests).hasSize(1);
    }

    @Test
    void aProbeNeedsAVersionAndToBeLetIn() {
        http.on("GET /version", answer(200, "3.17.2\n")).on("GET experiments/search", ok("{}"));
        assertThat(server.probe()).isEqualTo("3.17.2");
        http.on("GET experiments/search", answer(401, "You are not authenticated."));
        assertThat(failure(server::probe).kind()).isEqualTo(Kind.REFUSED);
    }

    @Test
    void aProbeOfSomethingElseSaysSo() {
        for (ScriptedServer.Answer answer : List.of(
                answer(200, PAGE), answer(404, PAGE), redirect(http.uri().resolve("/login")))) {
            http.on("GET /version", answer);
            assertThat(failure(server::probe)).hasMessageContaining("is no MLflow server");
        }
        http.on("GET /version", answer(503, PAGE));
        assertThat(failure(server::probe).kind()).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void wrongCredentialsAreRefusedForRunsToo() {
        http.on("GET runs/get", answer(401, "You are not authenticated."));
        assertThat(failure(() -> server.run("r1")).kind()).isEqualTo(Kind.REFUSED);
        assertThat(http.requests).hasSize(1);
    }

    @Test
    void aMissingPermissionIsToldInTheServersWords() {
        http.on("POST registered-models/alias", answer(403, "Permission denied"));
        MlopsException failure = failure(() -> server.setAlias("m", "champion", 1));
        assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure).hasMessageContaining("Permission denied");
    }

    @Test
    void aServerThatIsSilentIsUnreachable() {
        http.on("GET registered-models/get", silent(900)).on("POST runs/log-batch", silent(900));
        try (MlflowServer impatient = connect(http.uri(), null, Duration.ofMillis(200))) {
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> impatient.modelTags("m"), () -> impatient.setTags("r1", Map.of("k", "v")))) {
                MlopsException failure = failure(call);
                assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
                assertThat(failure).hasMessageContaining("does not answer in time");
            }
        }
    }

    @Test
    void whoIsInterruptedDoesNotWaitForASilentServer() throws InterruptedException {
        http.on("GET registered-models/get", silent(15_000)).on("POST runs/log-batch", silent(15_000));
        for (ThrowingCallable call :
                List.<ThrowingCallable>of(() -> server.modelTags("m"), () -> server.setTags("r1", Map.of("k", "v")))) {
            AtomicReference<MlopsException> failure = new AtomicReference<>();
            Thread caller = new Thread(() -> failure.set(failure(call)));
            caller.start();
            Thread.sleep(300);
            caller.interrupt();
            caller.join(5_000);
            assertThat(caller.isAlive()).isFalse();
            assertThat(failure.get().kind()).isEqualTo(Kind.INTERRUPTED);
        }
    }

    @Test
    void aServerThatIsAwayIsUnreachable() {
        http.close();
        assertThat(failure(() -> server.modelTags("m")).kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(failure(() -> server.run("r1")).kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(failure(() -> server.createRun("e", "r", Map.of())).kind()).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void aWebPageIsNoAnswer() {
        http.on("GET registered-models/get", ok(PAGE)).on("GET runs/get", ok(PAGE));
        assertThat(failure(() -> server.modelTags("m")).kind()).isEqualTo(Kind.FAILED);
        failure(() -> server.run("r1"));
    }

    @Test
    void aServerThatIsNoMlflowDoesNotSayThatAnAliasIsMissing() {
        http.on("GET registered-models/alias", answer(404, PAGE)).on("GET runs/get", answer(404, PAGE));
        assertThat(failure(() -> server.byAlias("m", "champion")).kind()).isEqualTo(Kind.FAILED);
        assertThat(failure(() -> server.run("r1")).kind()).isEqualTo(Kind.FAILED);
    }

    @Test
    void whatMlflowSaysIsMissingIsEmpty() {
        http.on("GET registered-models/alias", answer(404, MISSING)).on("GET runs/get", answer(404, MISSING));
        assertThat(server.byAlias("m", "champion")).isEmpty();
        assertThat(server.run("r1")).isEmpty();
    }

    @Test
    void writersThatMeetInTheDatabaseAreTriedAgain() {
        http.on(
                "POST registered-models/alias",
                answer(
                        400,
                        "{\"error_code\":\"BAD_REQUEST\",\"message\":\"(sqlite3.IntegrityError) UNIQUE constraint failed"
                                + "\\n[SQL: INSERT INTO registered_model_aliases ...]\"}"),
                ok("{}"));
        server.setAlias("m", "champion", 1);
        assertThat(http.count("POST registered-models/alias")).isEqualTo(2);
    }

    @Test
    void aRefusedChangeIsNotTriedAgain() {
        http.on(
                "POST registered-models/alias",
                answer(400, "{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":\"no\"}"));
        assertThat(failure(() -> server.setAlias("m", "champion", 1)).kind()).isEqualTo(Kind.FAILED);
        assertThat(http.requests).hasSize(1);
    }

    @Test
    void theDatabasesWordsAreNotShown() {
        http.on(
                "POST registered-models/alias",
                answer(
                        400,
                        "{\"error_code\":\"BAD_REQUEST\",\"message\":\"(sqlite3.OperationalError) [SQL: INSERT x]\"}"));
        assertThat(failure(() -> server.setAlias("m", "champion", 1))).hasMessageNotContainingAny("sqlite3");
    }

    @Test
    void aVersionWhoseAnswerWasLostIsMadeOnce() {
        List<String> made = Collections.synchronizedList(new ArrayList<>());
        http.on("POST registered-models/create", ok("{}"))
                .on("GET registered-models/get", ok(MODEL))
                .on("POST model-versions/create", (exchange, body) -> {
                    JsonNode request = Documents.json().readTree(body);
                    made.add("{\"name\":\"m\",\"version\":\"" + (made.size() + 1) + "\",\"tags\":"
                            + request.path("tags") + "}");
                    exchange.close();
                })
                .on(
                        "GET model-versions/search",
                        (exchange, body) -> ok("{\"model_versions\":[" + String.join(",", made) + "]}")
                                .to(exchange, body));
        assertThat(server.createVersion("m", "s3://b/model", null, Map.of()).version())
                .isEqualTo(1);
        assertThat(made).hasSize(1);
    }

    private static String run(String id, int started, String key, String value) {
        return Documents.toJson(Map.of(
                "info",
                Map.of("run_id", id, "experiment_id", "7", "status", "RUNNING", "start_time", started),
                "data",
                Map.of("tags", List.of(Map.of("key", key, "value", value)))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRunWhoseAnswerWasLostIsMadeOnce(boolean byProxy) {
        List<String> made = new CopyOnWriteArrayList<>();
        http.on("GET experiments/get-by-name", ok("{\"experiment\":{\"experiment_id\":\"7\",\"name\":\"e\"}}"))
                .on("POST runs/create", (exchange, body) -> {
                    JsonNode tag = Documents.json().readTree(body).path("tags").path(0);
                    made.add(run(
                            "r1", 1, tag.path("key").asText(), tag.path("value").asText()));
                    (byProxy ? answer(504, PAGE) : broken()).to(exchange, body);
                })
                .on(
                        "POST runs/search",
                        (exchange, body) -> ok("{\"runs\":[" + String.join(",", made) + "]}")
                                .to(exchange, body))
                .on(
                        "GET runs/get",
                        (exchange, body) -> ok("{\"run\":" + made.get(0) + "}").to(exchange, body));
        assertThat(server.createRun("e", "first", Map.of()).runId()).isEqualTo("r1");
        assertThat(http.count("POST runs/create")).isEqualTo(1);
    }

    @Test
    void aRunIsFoundByItsTagOnAnyPage() {
        List<JsonNode> questions = new CopyOnWriteArrayList<>();
        http.on("GET experiments/get-by-name", ok("{\"experiment\":{\"experiment_id\":\"7\",\"name\":\"e\"}}"))
                .on("POST runs/search", (exchange, body) -> {
                    JsonNode question = Documents.json().readTree(body);
                    questions.add(question);
                    ok(question.has("page_token")
                                    ? "{\"runs\":[" + run("new", 2, "t", "it's") + "]}"
                                    : "{\"runs\":[" + run("other", 3, "t", "IT-s") + "," + run("old", 1, "t", "it's")
                                            + "],\"next_page_token\":\"p2\"}")
                            .to(exchange, body);
                });
        assertThat(server.runsByTag("e", "t", "it's"))
                .extracting(TrackedRun::runId)
                .containsExactly("new", "old");
        assertThat(server.runByTag("e", "t", "it's").orElseThrow().runId()).isEqualTo("new");
        assertThat(questions)
                .allMatch(question -> question.path("run_view_type").asText().equals("ACTIVE_ONLY"))
                .allMatch(question -> question.path("experiment_ids").toString().equals("[\"7\"]"));
        assertThat(questions.get(1).path("page_token").asText()).isEqualTo("p2");
    }

    @Test
    void aRunIsSearchedForInAllExperiments() {
        String first = IntStream.range(0, 600)
                .mapToObj(id -> "{\"experiment_id\":\"" + id + "\"}")
                .collect(Collectors.joining(","));
        List<String> asked = new CopyOnWriteArrayList<>();
        http.on(
                        "POST experiments/search",
                        ok("{\"experiments\":[" + first + "],\"next_page_token\":\"p2\"}"),
                        ok("{\"experiments\":[{\"experiment_id\":\"600\"}]}"))
                .on("POST runs/search", (exchange, body) -> {
                    Documents.json().readTree(body).path("experiment_ids").forEach(id -> asked.add(id.asText()));
                    ok("{}").to(exchange, body);
                });
        assertThat(server.runByTag(null, "t", "v")).isEmpty();
        assertThat(asked)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, 600).mapToObj(String::valueOf).toList());
    }

    @Test
    void anExperimentThatDoesNotExistHasNoRun() {
        http.on("GET experiments/get-by-name", answer(404, MISSING));
        assertThat(server.runByTag("e", "t", "v")).isEmpty();
    }

    @Test
    void aRedirectIsNotFollowed() throws IOException {
        try (ScriptedServer elsewhere = new ScriptedServer()) {
            http.on("GET registered-models/get", redirect(elsewhere.uri().resolve("/x")))
                    .on("GET runs/get", redirect(elsewhere.uri().resolve("/x")))
                    .on("POST experiments/search", redirect(elsewhere.uri().resolve("/x")))
                    .on("POST runs/log-batch", redirect(elsewhere.uri().resolve("/x")));
            failure(() -> server.modelTags("m"));
            failure(() -> server.run("r1"));
            failure(() -> server.setTags("r1", Map.of("k", "v")));
            failure(() -> server.runByTag(null, "k", "v"));
            assertThat(elsewhere.requests).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MAX_VALUE})
    void numbersThatMlflowWouldChangeAreNotSent(double value) {
        assertThat(failure(() -> server.logMetrics("r1", Map.of("loss", value))).kind())
                .isEqualTo(Kind.USAGE);
        assertThat(http.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest", "v1", "V12", "", "a b", "a/b", "a.b", "a:b"})
    void aliasesThatMlflowRefusesAreNotSent(String alias) {
        assertThat(failure(() -> server.setAlias("m", alias, 1)).kind()).isEqualTo(Kind.USAGE);
        assertThat(http.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "a/b", "a:b", "a\nb"})
    void modelNamesThatMlflowRefusesAreNotSent(String name) {
        assertThat(failure(() -> server.createVersion(name, "s3://b/m", null, Map.of()))
                        .kind())
                .isEqualTo(Kind.USAGE);
        assertThat(http.requests).isEmpty();
    }

    @Test
    void valuesThatMlflowWouldCutAreNotSent() {
        failure(() -> server.logParams("r1", Map.of("p", "x".repeat(6001))));
        failure(() -> server.setTags("r1", Map.of("t", "x".repeat(8001))));
        failure(() -> server.setModelTags("m", Map.of("t", "x".repeat(8001))));
        assertThat(http.requests).isEmpty();
    }

    private static final String FILES = "GET artifacts/list";

    private void aRunWithArtifacts(String... files) {
        http.on(
                        "GET runs/get",
                        ok("{\"run\":{\"info\":{\"run_id\":\"r1\",\"experiment_id\":\"7\",\"status\":\"FINISHED\","
                                + "\"artifact_uri\":\"mlflow-artifacts:/7/r1/artifacts\"},\"data\":{}}}"))
                .on(FILES, ok("{\"files\":[" + String.join(",", files) + "]}"));
    }

    private static String file(String path, int size) {
        return "{\"path\":\"" + path + "\",\"is_dir\":false,\"file_size\":" + size + "}";
    }

    @Test
    void aTruncatedDownloadIsTriedAgain() {
        aRunWithArtifacts(file("model/w", 7));
        http.on("GET mlflow-artifacts/artifacts/7/r1/artifacts/model/w", truncated("wei", 7), broken(), ok("weights"));
        server.downloadArtifacts("r1", "model", directory.resolve("into"));
        assertThat(directory.resolve("into/w")).hasContent("weights");
    }

    @Test
    void aDownloadThatFailsLeavesNoFile() {
        aRunWithArtifacts(file("model/a", 1), file("model/w", 7));
        http.on("GET mlflow-artifacts/artifacts/7/r1/artifacts/model/a", ok("a"))
                .on("GET mlflow-artifacts/artifacts/7/r1/artifacts/model/w", truncated("wei", 7));
        assertThat(failure(() -> server.downloadArtifacts("r1", "model", directory.resolve("into")))
                        .kind())
                .isEqualTo(Kind.UNREACHABLE);
        assertThat(directory.resolve("into")).isEmptyDirectory();
    }

    @Test
    void whatIsLargerThanTheCallerTakesIsNotAskedFor() {
        aRunWithArtifacts(file("model/a", 5), file("model/w", 6));
        assertThat(failure(() -> server.downloadArtifacts("r1", "model", directory.resolve("into"), 10)))
                .hasMessage("The artifact 'model' of run r1 has 11 bytes, more than the 10 that are taken here,"
                        + " and is not downloaded")
                .extracting(MlopsException::kind)
                .isEqualTo(Kind.USAGE);
        assertThat(http.requests).noneMatch(request -> request.contains("mlflow-artifacts"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"model/../../x", "/etc/x", "model//x", "model/a\\\\b"})
    void aListedPathThatClimbsOutIsRefused(String path) {
        aRunWithArtifacts(file("model/a", 1), file(path, 1));
        failure(() -> server.downloadArtifacts("r1", "model", directory.resolve("into")));
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "model/../x", "/x", ""})
    void anArtifactPathThatClimbsOutIsNotSent(String path) throws IOException {
        aRunWithArtifacts();
        Path file = Files.writeString(directory.resolve("f"), "x");
        assertThat(failure(() -> server.uploadArtifacts("r1", file, path)).kind())
                .isEqualTo(Kind.USAGE);
        assertThat(http.requests).noneMatch(request -> request.startsWith("PUT"));
    }

    @Test
    void anUploadThatArrivesShortIsAFailure() throws IOException {
        Path file = Files.writeString(directory.resolve("f"), "weights");
        aRunWithArtifacts(file("model/f", 3));
        http.on("PUT mlflow-artifacts/artifacts/7/r1/artifacts/model/f", ok("{}"));
        assertThat(failure(() -> server.uploadArtifacts("r1", file, "model/f"))).hasMessageContaining("3 of 7 bytes");
    }

    @Test
    void aFullDiskIsToldAsSuch() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "this system has no /dev/full");
        MlopsException failure = failure(() -> MlflowArtifacts.copy(new ByteArrayInputStream(new byte[10]), full));
        assertThat(failure.kind()).isEqualTo(Kind.FAILED);
        assertThat(failure).hasMessageContaining("No space left");
    }
}
