package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunBaselinesTest {

    private static final String MODEL = Digest.of("model").toString();
    private static final String EVALUATION = "{\"schema\": \"mlops-evaluation/1\", \"model\": \"" + MODEL
            + "\", \"metrics\": {\"m\": 0.5, \"slices\": {\"night\": {\"m\": 0.4}}}}";

    private ModelVersion champion = version("run1", Map.of());
    private TrackedRun run = run(Map.of("eval/m", 0.5, "loss", 2.0), Map.of());
    private String artifact = EVALUATION;
    private String samples;

    @Test
    void theChampionsEvaluationIsRead() {
        assertThat(found(baselines().ofChampion("digits")))
                .satisfies(found -> assertThat(found.name()).isEqualTo("the champion"))
                .satisfies(found -> assertThat(found.measurement().origin()).isEqualTo("digits version 3 (run run1)"))
                .satisfies(found -> assertThat(found.measurement().digest()).isEqualTo(Digest.of(EVALUATION)))
                .satisfies(found ->
                        assertThat(found.measurement().metrics().slices()).containsKey("night"));
    }

    @Test
    void withoutAnEvaluationTheRunsEvaluatedMetricsCount() {
        artifact = null;
        assertThat(found(baselines().ofChampion("digits"))
                        .measurement()
                        .metrics()
                        .overall())
                .containsExactly(Map.entry("m", 0.5));
    }

    @Test
    void aRunOfAnotherToolIsReadByAllItsMetrics() {
        artifact = null;
        run = run(Map.of("mAP", 0.5, "loss", 2.0), Map.of());
        assertThat(found(baselines().ofRun("run1")).measurement().metrics().overall())
                .containsOnlyKeys("loss", "mAP");
    }

    @Test
    void aModelWithoutChampionIsNoBaseline() {
        champion = null;
        assertThat(baselines().ofChampion("digits"))
                .isEqualTo(new Baseline.None("the model digits has no champion yet"));
    }

    @Test
    void aChampionWhoseNumbersAreLostIsUnusable() {
        champion = version(null, Map.of());
        assertUnusable("registered without a run");
        champion = version("gone", Map.of());
        assertUnusable("does not have any more");
        champion = version("run1", Map.of());
        artifact = null;
        run = run(Map.of(), Map.of());
        assertUnusable("neither an evaluation nor metrics");
        run = run(
                Map.of("eval/m", 0.5),
                Map.of("mlops.evaluation", Digest.of(EVALUATION).toString()));
        assertUnusable("has lost its evaluation/evaluation.json");
    }

    @Test
    void anEvaluationThatWasTamperedWithIsUnusable() {
        run = run(Map.of(), Map.of("mlops.evaluation", Digest.of("as it was").toString()));
        assertUnusable("changed after it was recorded");
        run = run(Map.of(), Map.of("mlops.evaluation", Digest.of(EVALUATION).toString()));
        champion =
                version("run1", Map.of("mlops.model.digest", Digest.of("other").toString()));
        assertUnusable("another model");
        champion = version("run1", Map.of("mlops.model.digest", MODEL));
        assertThat(found(baselines().ofChampion("digits"))).isNotNull();
        artifact = "{";
        assertUnusable("is broken");
    }

    @Test
    void perSampleResultsComeFromTheRunToo() {
        samples = "{\"sample\": \"a\", \"metrics\": {\"m\": 0.5}}\n";
        artifact = "{\"schema\": \"mlops-evaluation/1\", \"samplesDigest\": \"" + Digest.of(samples)
                + "\", \"metrics\": {\"m\": 0.5, \"samples_file\": \"samples.jsonl\"}}";
        SampleFile file = found(baselines().ofChampion("digits")).measurement().samples();
        assertThat(file.read("the champion", List.of("m")).metric("m", null)).isEqualTo(0.5);
        samples = "{\"sample\": \"b\", \"metrics\": {\"m\": 0.5}}\n";
        assertThatThrownBy(() -> file.read("the champion", List.of("m"))).hasMessageContaining("changed after");
        samples = null;
        assertThatThrownBy(() -> file.read("the champion", List.of("m"))).hasMessageContaining("do not exist");
    }

    @Test
    void aRunThatIsNotThereIsAMistakeInTheRules() {
        assertThatThrownBy(() -> baselines().ofRun("nope"))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageContaining("run nope");
    }

    private void assertUnusable(String why) {
        assertThat(baselines().ofChampion("digits"))
                .isInstanceOfSatisfying(
                        Baseline.Unusable.class,
                        unusable -> assertThat(unusable.why()).contains(why));
    }

    private static Baseline.Found found(Baseline baseline) {
        assertThat(baseline).isInstanceOf(Baseline.Found.class);
        return (Baseline.Found) baseline;
    }

    private static ModelVersion version(String run, Map<String, String> tags) {
        return new ModelVersion("digits", 3, "s3://b/m", run, List.of("champion"), tags, Instant.EPOCH);
    }

    private static TrackedRun run(Map<String, Double> metrics, Map<String, String> tags) {
        return new TrackedRun("run1", "0", "train", RunStatus.FINISHED, "s3://b/r", Map.of(), metrics, tags);
    }

    private RunBaselines baselines() {
        ModelRegistry registry = fake(ModelRegistry.class, (method, arguments) -> switch (method) {
            case "byAlias" -> Optional.ofNullable(champion);
            default -> throw new AssertionError(method);
        });
        TrackingServer server = fake(TrackingServer.class, (method, arguments) -> switch (method) {
            case "uri" -> "http://mlflow";
            case "run" -> arguments[0].equals("run1") ? Optional.of(run) : Optional.empty();
            case "listArtifacts" -> artifacts();
            case "readArtifact" -> artifact.getBytes(StandardCharsets.UTF_8);
            case "downloadArtifacts" -> download((String) arguments[1], (Path) arguments[2], (long) arguments[3]);
            default -> throw new AssertionError(method);
        });
        return new RunBaselines(server, registry);
    }

    private List<String> artifacts() {
        if (artifact == null) {
            return List.of();
        }
        return samples == null ? List.of("evaluation.json") : List.of("evaluation.json", "samples.jsonl");
    }

    private Object download(String path, Path into, long maxBytes) {
        assertThat(maxBytes).isEqualTo(4L << 30);
        try {
            Files.writeString(into.resolve(path.substring("evaluation/".length())), samples);
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Answer {
        Object to(String method, Object[] arguments);
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answer.to(method.getName(), arguments)));
    }
}
