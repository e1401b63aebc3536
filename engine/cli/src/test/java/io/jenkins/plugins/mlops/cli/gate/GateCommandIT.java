package io.jenkins.plugins.mlops.cli.gate;

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
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gates against champions and runs of the real MLflow server that {@code MLOPS_TEST_MLFLOW} names. */
class GateCommandIT {

    private static final String CHAMPION =
            "{\"schema\": \"mlops-evaluation/1\", \"metrics\": {\"mAP\": 0.7, \"slices\": {\"night\": {\"mAP\": 0.5}}}}";

    private final String model = "gate-it-" + UUID.randomUUID();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String uri;
    private MlflowServer server;

    @TempDir
    private Path directory;

    @BeforeEach
    void connect() throws IOException {
        uri = System.getenv("MLOPS_TEST_MLFLOW");
        assumeTrue(uri != null, "MLOPS_TEST_MLFLOW names no MLflow server");
        server = MlflowServer.connect(new MlflowSettings(URI.create(uri), null), null);
        Files.writeString(
                directory.resolve("metrics.json"), "{\"mAP\": 0.71, \"slices\": {\"night\": {\"mAP\": 0.4}}}");
        rules("{metric: mAP, direction: higher, baseline: champion, max_drop: 0.02, slices: \"*\"}");
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private void rules(String rule) throws IOException {
        Files.writeString(directory.resolve("rules.yaml"), "rules:\n  - " + rule + "\n");
    }

    private int gate() {
        out.reset();
        err.reset();
        Host host = new Host(
                Map.of("MLFLOW_TRACKING_URI", uri),
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        return MlopsCommand.commandLine(host)
                .execute("gate", "--metrics", "metrics.json", "--rules", "rules.yaml", "--model", model, "--json");
    }

    private JsonNode rule() {
        return Documents.readJson(out.toString(StandardCharsets.UTF_8), "output", JsonNode.class)
                .path("rules")
                .get(0);
    }

    private TrackedRun champion(Map<String, String> tags) {
        TrackedRun run = server.createRun(model, "train", tags);
        server.logMetrics(run.runId(), Map.of("eval/mAP", 0.7, "loss", 3.0));
        server.endRun(run.runId(), RunStatus.FINISHED);
        int version = server.createVersion(model, run.artifactUri() + "/model", run.runId(), Map.of())
                .version();
        server.setAlias(model, "champion", version);
        return run;
    }

    @Test
    void withoutAChampionTheRuleSaysWhetherItPasses() throws IOException {
        assertThat(gate()).isEqualTo(3);
        assertThat(rule().path("reason").asText()).contains("has no champion yet");
        rules("{metric: mAP, direction: higher, baseline: champion, without_baseline: pass}");
        assertThat(gate()).isZero();
    }

    @Test
    void theChampionsEvaluationIsComparedSliceBySlice() throws IOException {
        Path file = Files.writeString(directory.resolve("evaluation.json"), CHAMPION);
        TrackedRun run = champion(Map.of("mlops.evaluation", Digest.of(file).toString()));
        server.uploadArtifacts(run.runId(), file, "evaluation/evaluation.json");
        assertThat(gate()).isEqualTo(3);
        assertThat(rule().path("reason").asText())
                .isEqualTo("mAP of slice night is 0.4, 0.1 below the champion's 0.5; at most 0.02 is allowed");
    }

    @Test
    void anEvaluationThatWasChangedIsNotTrusted() throws IOException {
        TrackedRun run =
                champion(Map.of("mlops.evaluation", Digest.of("as recorded").toString()));
        Path file = Files.writeString(directory.resolve("evaluation.json"), CHAMPION);
        server.uploadArtifacts(run.runId(), file, "evaluation/evaluation.json");
        assertThat(gate()).isEqualTo(3);
        assertThat(rule().path("reason").asText()).contains("was changed after it was recorded");
    }

    @Test
    void aRunWithoutAnEvaluationIsReadByItsMetrics() throws IOException {
        TrackedRun run = champion(Map.of());
        rules("{metric: mAP, direction: higher, baseline: \"run:" + run.runId() + "\"}");
        assertThat(gate()).isZero();
        assertThat(rule().path("reason").asText())
                .contains("0.01 above run " + run.runId().substring(0, 8));
        rules("{metric: mAP, direction: higher, baseline: \"run:00000000000000000000000000000000\"}");
        assertThat(gate()).isEqualTo(2);
    }
}
