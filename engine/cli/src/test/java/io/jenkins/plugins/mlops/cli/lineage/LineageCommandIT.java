package io.jenkins.plugins.mlops.cli.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.lineage.TrainingProvenance;
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
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lineage commands against the real MLflow server that {@code MLOPS_TEST_MLFLOW} names, with an empty local store. */
class LineageCommandIT {

    private static final Instant TRAINED = Instant.parse("2026-11-02T10:01:00Z");

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final String name = "lineage-it-" + UUID.randomUUID();
    private final DatasetVersion dataset =
            new DatasetVersion(name, Digest.of(name), "s3-prefix:" + Digest.of(name), "s3://data/" + name, 2, 10);
    private String uri;
    private MlflowServer server;

    @BeforeEach
    void connect() {
        uri = System.getenv("MLOPS_TEST_MLFLOW");
        assumeTrue(uri != null, "MLOPS_TEST_MLFLOW names no MLflow server");
        server = MlflowServer.connect(new MlflowSettings(URI.create(uri), null), null);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private ModelFiles model(String content) throws IOException {
        Path model = Files.createDirectories(directory.resolve(content));
        Files.writeString(model.resolve("model.npz"), content + name);
        return ModelFiles.of(model);
    }

    private TrainingProvenance training(ModelFiles model) {
        return Provenance.training(model)
                .builder("https://plugins.jenkins.io/mlops-pipeline/cli", Map.of("mlops", "0.1.0"))
                .run("1", TRAINED.minusSeconds(60), TRAINED);
    }

    /** A finished run with the record as its artifact, registered as the next version. */
    private TrackedRun register(ModelFiles model, Statement record) throws IOException {
        Map<String, String> tags = Map.of(
                "mlops.model.digest", model.digest().toString(),
                "mlops.lineage", record.digest().toString());
        TrackedRun run = server.createRun(name, "training", tags);
        Path file = directory.resolve("provenance.json");
        Files.write(file, record.toBytes());
        server.uploadArtifacts(run.runId(), file, "lineage/provenance.json");
        server.endRun(run.runId(), RunStatus.FINISHED);
        server.createVersion(name, run.artifactUri() + "/model", run.runId(), tags);
        return run;
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        Host host = new Host(
                Map.of(
                        "MLFLOW_TRACKING_URI",
                        uri,
                        "MLOPS_LINEAGE_DIR",
                        directory.resolve("lineage").toString()),
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        return MlopsCommand.commandLine(host).execute(arguments);
    }

    private JsonNode json() {
        return Documents.readJson(out.toString(StandardCharsets.UTF_8), "output", JsonNode.class);
    }

    @Test
    void anEmptyStoreAnswersFromTheRecordsInMlflow() throws IOException {
        ModelFiles base = model("base");
        ModelFiles tuned = model("tuned");
        TrackedRun run = register(base, training(base).trainingDataset(dataset).statement());
        register(
                tuned,
                training(tuned).parent("models:/" + name + "/1", base.digest()).statement());
        server.createVersion(name, run.artifactUri() + "/model", run.runId(), Map.of());
        server.setAlias(name, "champion", 2);

        assertThat(run("lineage", "show", name + "@champion", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().at("/model").asText()).isEqualTo(tuned.digest().toString());
        assertThat(json().at("/versions/0/aliases/0").asText()).isEqualTo("champion");

        assertThat(run("lineage", "find", "--dataset", dataset.sourceId(), "--json"))
                .as(err.toString())
                .isZero();
        JsonNode models = json().get("models");
        assertThat(models).hasSize(3); // version 3 is of the same run as 1
        assertThat(models.at("/0/version").asInt()).isEqualTo(1);
        assertThat(models.at("/1/version").asInt()).isEqualTo(3);
        assertThat(models.at("/2/version").asInt()).isEqualTo(2);
        assertThat(models.at("/2/relation").asText()).isEqualTo("inherited");
        assertThat(models.at("/2/via/0/name").asText()).isEqualTo(name + "/1");
        assertThat(models.at("/2/aliases/0").asText()).isEqualTo("champion");

        assertThat(run("lineage", "verify", name + "@champion"))
                .as(out.toString())
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("byte for byte")
                .doesNotContain("failed ");
    }

    @Test
    void aVersionThatNobodyRecordedIsListedAsUnknown() throws IOException {
        TrackedRun run = server.createRun(name, "by hand", Map.of());
        server.endRun(run.runId(), RunStatus.FINISHED);
        server.createVersion(name, run.artifactUri() + "/model", run.runId(), Map.of());
        assertThat(run("lineage", "find", "--commit", "0123456789", "--json")).isZero();
        assertThat(json().get("unknown"))
                .anySatisfy(version -> assertThat(version.get("name").asText()).isEqualTo(name));
        assertThat(run("lineage", "show", name + "/1")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Nothing is recorded of " + name + "/1");
    }

    @Test
    void anArtifactThatWasChangedIsRefused() throws IOException {
        ModelFiles model = model("base");
        TrackedRun run = register(model, training(model).statement());
        Path forged = directory.resolve("provenance.json");
        Files.write(forged, training(model).gap("forged").statement().toBytes());
        server.uploadArtifacts(run.runId(), forged, "lineage/provenance.json");
        assertThat(run("lineage", "show", name + "/1")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("was changed");
    }
}
