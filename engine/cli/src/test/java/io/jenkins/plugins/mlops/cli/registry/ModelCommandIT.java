package io.jenkins.plugins.mlops.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mlops model} against a real MLflow. */
class ModelCommandIT {

    private static final String MLFLOW = System.getenv("MLOPS_TEST_MLFLOW");

    private final String name = "it-" + UUID.randomUUID();
    private MlflowServer server;

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void connect() {
        assumeTrue(MLFLOW != null, "MLOPS_TEST_MLFLOW names no MLflow server");
        server = MlflowServer.connect(new MlflowSettings(URI.create(MLFLOW), null), null);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private int mlops(String... arguments) {
        return mlops(Map.of(), arguments);
    }

    private int mlopsWithEvidence(String... arguments) {
        return mlops(Map.of("MLOPS_EVIDENCE", directory.resolve("evidence").toString()), arguments);
    }

    private int mlops(Map<String, String> more, String... arguments) {
        out.reset();
        err.reset();
        Map<String, String> environment = new HashMap<>(more);
        environment.put("MLFLOW_TRACKING_URI", MLFLOW);
        environment.put("MLOPS_LINEAGE_DIR", directory.resolve("lineage").toString());
        environment.put("USER", "ann");
        Host host = new Host(
                environment,
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        return MlopsCommand.commandLine(host).execute(arguments);
    }

    private JsonNode json() {
        return Documents.readJson(out.toString(StandardCharsets.UTF_8), "output", JsonNode.class);
    }

    /** A run with a model, as {@code mlops train} leaves it. */
    private TrackedRun run(int number, RunStatus status) throws IOException {
        TrackedRun run = server.createRun(
                name,
                "run " + number,
                Map.of(
                        "mlops.model.digest", digest(number).toString(),
                        "mlops.lineage", Digest.of("lineage").toString(),
                        "mlops.commit", "0123456789abcdef",
                        "mlops.dataset.training", Digest.of("data").toString()));
        Path model = Files.createDirectories(directory.resolve("model" + number));
        Files.writeString(model.resolve("weights"), "weights " + number);
        server.uploadArtifacts(run.runId(), model, "model");
        server.endRun(run.runId(), status);
        return run;
    }

    private static Digest digest(int number) {
        return Digest.of("model " + number);
    }

    private String gate(int number, String verdict) throws IOException {
        Path report = directory.resolve("gate-" + number + "-" + verdict + ".json");
        Files.writeString(
                report,
                Documents.toJson(Map.of(
                        "schema",
                        "mlops-gate/1",
                        "verdict",
                        verdict,
                        "summary",
                        "1 rule: " + verdict,
                        "candidate",
                        Map.of("model", digest(number)))));
        return report.toString();
    }

    private void register(int number) throws IOException {
        assertThat(mlops(
                        "model",
                        "register",
                        name,
                        "--run",
                        run(number, RunStatus.FINISHED).runId()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    private int promote(int number, String verdict) throws IOException {
        return mlops(
                "model",
                "promote",
                name,
                "--version",
                String.valueOf(number),
                "--gate-report",
                gate(number, verdict),
                "--json");
    }

    @Test
    void aFinishedRunIsRegisteredOnce() throws IOException {
        TrackedRun run = run(1, RunStatus.FINISHED);
        for (int i = 0; i < 2; i++) {
            assertThat(mlops("model", "register", name, "--run", run.runId(), "--json"))
                    .isZero();
            assertThat(json().path("version").asInt()).isEqualTo(1);
            assertThat(json().path("run").asText()).isEqualTo(run.runId());
            assertThat(json().path("digest").asText()).isEqualTo(digest(1).toString());
            assertThat(json().path("source").asText()).endsWith("/artifacts/model");
        }
        try (var records = Files.list(directory.resolve("lineage/records"))) {
            assertThat(records).hasSize(1);
        }
    }

    @Test
    void aRunThatFailedOrHasNoModelIsNotRegistered() throws IOException {
        assertThat(mlops(
                        "model",
                        "register",
                        name,
                        "--run",
                        run(1, RunStatus.FAILED).runId()))
                .isEqualTo(4);
        TrackedRun empty = server.createRun(name, "empty", Map.of());
        server.endRun(empty.runId(), RunStatus.FINISHED);
        assertThat(mlops("model", "register", name, "--run", empty.runId())).isEqualTo(1);
        assertThat(mlops("model", "register", name, "--run", "0123456789abcdef0123456789abcdef"))
                .isEqualTo(2);
        assertThat(server.versions(name)).isEmpty();
    }

    @Test
    void theChampionMovesOnAndBack() throws IOException {
        register(1);
        register(2);
        assertThat(promote(1, "pass")).isZero();
        assertThat(json().path("previous").isNull()).isTrue();
        assertThat(promote(2, "fail")).isEqualTo(4);
        assertThat(json().path("error").path("message").asText()).contains("its gate did not pass");
        assertThat(promote(2, "pass")).isZero();
        assertThat(json().path("version").asInt()).isEqualTo(2);
        assertThat(json().path("previous").asInt()).isEqualTo(1);
        assertThat(json().path("by").asText()).isEqualTo("ann");
        assertThat(json().path("gate").asText())
                .isEqualTo(
                        Digest.of(Files.readAllBytes(Path.of(gate(2, "pass")))).toString());
        assertThat(mlops("model", "rollback", name, "--alias", "champion", "--reason", "bad at night", "--json"))
                .isZero();
        assertThat(json().path("version").asInt()).isEqualTo(1);
        assertThat(server.byAlias(name, "champion").orElseThrow().version()).isEqualTo(1);
    }

    @Test
    void withAnEvidenceStoreItsJournalDecidesAndTellsEverything() throws IOException {
        register(1);
        register(2);
        assertThat(promote(1, "pass")).isZero();
        String[] promotion = {
            "model", "promote", name, "--version", "2", "--gate-report", gate(2, "pass"), "--require-approval", "--json"
        };
        assertThat(mlopsWithEvidence(promotion)).isEqualTo(2); // there is no store yet
        assertThat(mlopsWithEvidence("evidence", "init")).isZero();
        assertThat(mlopsWithEvidence("model", "settle", name, "--json")).isZero();
        assertThat(mlopsWithEvidence("model", "approve", name, "--version", "2", "--gate-report", gate(2, "pass")))
                .isZero();
        assertThat(mlopsWithEvidence(promotion)).isEqualTo(4);
        assertThat(json().path("error").path("message").asText()).contains("it has 0 of 1 approvals");
        assertThat(mlopsWithEvidence(
                        "model",
                        "approve",
                        name,
                        "--version",
                        "2",
                        "--gate-report",
                        gate(2, "pass"),
                        "--by",
                        "ben",
                        "--json"))
                .isZero();
        String approval = json().path("record").asText();
        assertThat(mlopsWithEvidence(promotion))
                .as(out.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(json().path("previous").asInt()).isEqualTo(1);
        assertThat(json().path("notes").get(0).asText()).contains("before its first round");
        assertThat(mlopsWithEvidence("model", "rollback", name, "--reason", "bad at night"))
                .isZero();
        assertThat(server.byAlias(name, "champion").orElseThrow().version()).isEqualTo(1);

        assertThat(mlopsWithEvidence("model", "history", name, "--json")).isZero();
        JsonNode rounds = json().path("rounds");
        assertThat(rounds).hasSize(2);
        assertThat(rounds.get(0).path("version").asInt()).isEqualTo(2);
        assertThat(rounds.get(0).path("approvals").get(0).asText()).isEqualTo(approval);
        assertThat(rounds.get(1).path("rollback").asBoolean()).isTrue();
        assertThat(rounds.get(1).path("done").asBoolean()).isTrue();
        assertThat(mlopsWithEvidence("model", "history", name)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("ROUND", "rollback", "bad at night");
        assertThat(mlopsWithEvidence("model", "settle", name, "--json")).isZero();
        assertThat(json().path("version").asInt()).isEqualTo(1);

        server.setAlias(name, "champion", 2);
        assertThat(mlopsWithEvidence("model", "show", name, "--json")).isZero();
        assertThat(json().path("notes").get(0).asText()).contains("from version 1, where round 2 left it");
        assertThat(mlopsWithEvidence("model", "settle", name)).isEqualTo(4);
        assertThat(mlopsWithEvidence("model", "rollback", name)).isZero();
        assertThat(server.byAlias(name, "champion").orElseThrow().version()).isEqualTo(1);
        assertThat(mlops("model", "promote", name, "--version", "2", "--gate-report", gate(2, "pass")))
                .isEqualTo(4);
        assertThat(mlopsWithEvidence("lineage", "verify", "--all"))
                .as(out.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    @Test
    void whatThereIsIsShownAndAForeignMoveNamed() throws IOException {
        register(1);
        register(2);
        assertThat(promote(1, "pass")).isZero();
        assertThat(mlops("model", "show", name)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("VERSION", "champion", "0123456789ab")
                .doesNotContain("sha256:");
        server.setAlias(name, "champion", 2);
        assertThat(mlops("model", "show", name, "--json")).isZero();
        assertThat(json().path("aliases").path("champion").asInt()).isEqualTo(2);
        assertThat(json().path("notes").get(0).asText()).contains("moved by someone else");
        assertThat(mlops("model", "show", name, "--alias", "champion")).isZero();
        assertThat(mlops("model", "show", name, "--alias", "nobody")).isEqualTo(2);
        assertThat(mlops("model", "show", name + "x")).isEqualTo(2);
    }
}
