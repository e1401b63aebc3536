package io.jenkins.plugins.mlops.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real MLflow server that {@code MLOPS_TEST_MLFLOW} names. */
class MlflowServerIT {

    private MlflowServer server;
    private final String name = "it-" + UUID.randomUUID();

    @TempDir
    private Path directory;

    @BeforeEach
    void connect() {
        server = MlflowServer.connect(settings(), null);
    }

    private static MlflowSettings settings() {
        String uri = System.getenv("MLOPS_TEST_MLFLOW");
        assumeTrue(uri != null, "MLOPS_TEST_MLFLOW names no MLflow server");
        return new MlflowSettings(URI.create(uri), null);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void theServerSaysItsVersion() {
        assertThat(server.probe()).startsWith("3.");
    }

    @Test
    void aRunKeepsWhatIsLogged() {
        TrackedRun run = server.createRun(name, "first", Map.of("mlops.commit", "abc"));
        server.logParams(run.runId(), Map.of("learning_rate", "0.1"));
        server.logMetrics(run.runId(), Map.of("eval/accuracy", 0.5, "eval/loss", -1e-9));
        server.setTags(run.runId(), Map.of("mlops.model.digest", "sha256:1"));
        server.endRun(run.runId(), RunStatus.FINISHED);

        TrackedRun read = server.run(run.runId()).orElseThrow();
        assertThat(read.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(read.name()).isEqualTo("first");
        assertThat(read.params()).containsEntry("learning_rate", "0.1");
        assertThat(read.metrics()).containsEntry("eval/accuracy", 0.5).containsEntry("eval/loss", -1e-9);
        assertThat(read.tags())
                .containsEntry("mlops.commit", "abc")
                .containsEntry("mlops.model.digest", "sha256:1")
                .containsKey("mlops.run");
    }

    @Test
    void aRunCanGoOnAfterTheCodeEndedIt() {
        TrackedRun run = server.createRun(name, "again", Map.of());
        server.endRun(run.runId(), RunStatus.FINISHED);
        server.endRun(run.runId(), RunStatus.RUNNING);
        assertThat(server.run(run.runId()).orElseThrow().status()).isEqualTo(RunStatus.RUNNING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jenkins-1/a » b/#7/12",
                "it's",
                "\"both\" 'kinds'",
                "ends with \\",
                "a' OR 1=1 --",
                "`tick` % _ [x] ''",
                "two\nlines;",
                ""
            })
    void aRunIsFoundByItsTag(String text) {
        String value = text + name;
        TrackedRun run = server.createRun(name, "tagged", Map.of("mlops.it step", value));
        server.createRun(name, "other", Map.of("mlops.it step", value.replaceAll("['\\\\\\[]", "x") + "x"));
        assertThat(server.runByTag(name, "mlops.it step", value).orElseThrow().runId())
                .isEqualTo(run.runId());
        assertThat(server.runByTag(null, "mlops.it step", value).orElseThrow().runId())
                .isEqualTo(run.runId());
        assertThat(server.runByTag("Default", "mlops.it step", value)).isEmpty();
        assertThat(server.runByTag(name, "mlops.it step", value.toUpperCase(Locale.ROOT)))
                .isEmpty();
    }

    @Test
    void ofTwoRunsWithATagTheLastIsFirst() throws InterruptedException {
        Map<String, String> tags = Map.of("mlops.it", name);
        TrackedRun first = server.createRun(name, "one", tags);
        Thread.sleep(5);
        TrackedRun second = server.createRun(name + "-2", "two", tags);
        assertThat(server.runsByTag(null, "mlops.it", name))
                .extracting(TrackedRun::runId)
                .containsExactly(second.runId(), first.runId());
    }

    @Test
    void aDeletedRunIsNotFound() throws IOException {
        TrackedRun run = server.createRun(name, "deleted", Map.of("mlops.it", name));
        try (MlflowRest rest = new MlflowRest(settings(), Duration.ofSeconds(60))) {
            rest.post("runs/delete", Map.of("run_id", run.runId()));
        }
        assertThat(server.runByTag(name, "mlops.it", name)).isEmpty();
        assertThat(server.runByTag(null, "mlops.it", name)).isEmpty();
    }

    @Test
    void moreThanABatchIsLogged() {
        TrackedRun run = server.createRun(name, "many", Map.of());
        Map<String, Double> metrics = new HashMap<>();
        IntStream.range(0, 1500).forEach(i -> metrics.put("m/" + i, (double) i));
        Map<String, String> params = new HashMap<>();
        IntStream.range(0, 150).forEach(i -> params.put("p" + i, "x".repeat(6000)));
        server.logMetrics(run.runId(), metrics);
        server.logParams(run.runId(), params);
        TrackedRun read = server.run(run.runId()).orElseThrow();
        assertThat(read.metrics()).isEqualTo(metrics);
        assertThat(read.params()).isEqualTo(params);
    }

    @Test
    void aRunThatDoesNotExistIsEmpty() {
        assertThat(server.run("0123456789abcdef0123456789abcdef")).isEmpty();
    }

    @Test
    void artifactsGoUpAndComeBack() throws IOException {
        TrackedRun run = server.createRun(name, "artifacts", Map.of());
        Path model = Files.createDirectories(directory.resolve("model/sub dir"));
        Files.writeString(model.resolve("ä + (1).txt"), "weights");
        Files.write(directory.resolve("model/empty"), new byte[0]);
        Files.write(directory.resolve("model/big"), new byte[3_000_000]);
        server.uploadArtifacts(run.runId(), directory.resolve("model"), "model");
        server.uploadArtifacts(run.runId(), directory.resolve("model/big"), "lineage/one.bin");

        assertThat(server.listArtifacts(run.runId(), "model"))
                .containsExactlyInAnyOrder("big", "empty", "sub dir/ä + (1).txt");
        assertThat(server.listArtifacts(run.runId(), "")).hasSize(4).contains("lineage/one.bin");
        Path into = directory.resolve("into");
        server.downloadArtifacts(run.runId(), "model", into);
        assertThat(into.resolve("sub dir/ä + (1).txt")).hasContent("weights");
        assertThat(into.resolve("empty")).isEmptyFile();
        server.downloadArtifacts(run.runId(), "lineage/one.bin", into);
        assertThat(into.resolve("one.bin")).hasSize(3_000_000);
        assertThat(server.readArtifact(run.runId(), "lineage/one.bin", 3_000_000))
                .hasSize(3_000_000);
        assertThatThrownBy(() -> server.readArtifact(run.runId(), "lineage/one.bin", 2_999_999))
                .hasMessageContaining("more than 2999999 bytes");
        try (var files = Files.list(into)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("big", "empty", "sub dir", "one.bin");
        }
    }

    @Test
    void aMissingArtifactIsNamedAndLeavesNothing() {
        TrackedRun run = server.createRun(name, "none", Map.of());
        Path into = directory.resolve("into");
        assertThatThrownBy(() -> server.downloadArtifacts(run.runId(), "model", into))
                .hasMessageContaining("has no artifact 'model'");
        assertThat(into).doesNotExist();
    }

    @Test
    void aDatasetIsAnInputOfTheRun() {
        TrackedRun run = server.createRun(name, "data", Map.of());
        DatasetVersion dataset = new DatasetVersion("digits", Digest.of("x"), "manifest:1", "s3://b/p", 3, 30);
        server.logDataset(run.runId(), dataset, "training");
        server.logDataset(run.runId(), dataset, "evaluation");
        assertThat(server.run(run.runId())).isPresent();
    }

    @Test
    void versionsAliasesAndTagsOfAModel() {
        TrackedRun run = server.createRun(name, "model", Map.of());
        String source = run.artifactUri() + "/model";
        ModelVersion first = server.createVersion(name, source, run.runId(), Map.of("mlops.commit", "abc"));
        ModelVersion second = server.createVersion(name, source, run.runId(), Map.of());
        assertThat(first.version()).isEqualTo(1);
        assertThat(server.byAlias(name, "champion")).isEmpty();
        server.setAlias(name, "champion", 2);
        assertThat(server.byAlias(name, "champion").orElseThrow().version()).isEqualTo(2);
        server.setVersionTags(name, 1, Map.of("k", "v", "empty", ""));
        server.setModelTags(name, Map.of("mlops.alias.champion.version", "2"));
        assertThat(server.version(name, 1).orElseThrow().tags())
                .containsEntry("k", "v")
                .containsEntry("mlops.commit", "abc");
        assertThat(server.modelTags(name)).containsEntry("mlops.alias.champion.version", "2");
        List<ModelVersion> versions = server.versions(name);
        assertThat(versions).extracting(ModelVersion::version).containsExactly(2, 1);
        assertThat(versions.get(0).aliases()).containsExactly("champion");
        assertThat(second.runId()).isEqualTo(run.runId());
        assertThat(server.models()).contains(name);
        server.deleteAlias(name, "champion");
        server.deleteAlias(name, "champion");
        assertThat(server.byAlias(name, "champion")).isEmpty();
        assertThat(server.version(name, 3)).isEmpty();
    }

    @Test
    void aModelThatDoesNotExistHasNothing() {
        assertThat(server.versions(name)).isEmpty();
        assertThat(server.version(name, 1)).isEmpty();
        assertThat(server.byAlias(name, "champion")).isEmpty();
        assertThat(server.modelTags(name)).isEmpty();
    }

    @Test
    void anAliasToAMissingVersionIsAnErrorInOneSentence() {
        server.createVersion(name, "s3://bucket/model", null, Map.of());
        assertThatThrownBy(() -> server.setAlias(name, "champion", 9))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FAILED))
                .hasMessageContaining("version 9")
                .hasMessageNotContainingAny("\n", "SQL");
    }

    @Test
    void namesWithQuotesAreFound() {
        for (String model : List.of("it's " + name, "\"both\" 'kinds' " + name)) {
            server.createVersion(model, "s3://bucket/model", null, Map.of());
            assertThat(server.versions(model)).hasSize(1);
        }
    }
}
