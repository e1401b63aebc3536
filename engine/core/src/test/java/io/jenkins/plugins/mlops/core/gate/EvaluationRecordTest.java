package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationRecordTest {

    private static final DatasetVersion SET =
            new DatasetVersion("digits-eval", Digest.of("set"), "manifest:" + Digest.of("set"), "eval.json", 2, 20);

    @TempDir
    private Path directory;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path metrics = Files.writeString(directory.resolve("metrics.json"), """
                {"accuracy": 0.9531, "loss": NaN, "top": Infinity, "slices": {"night": {"accuracy": 0.81, "samples": 40}}}
                """);
        EvaluationRecord record =
                EvaluationRecord.of(Digest.of("model"), SET, Map.of("command", "evaluate.py"), metrics);
        Path file = directory.resolve("out/evaluation.json");
        record.write(file);
        EvaluationRecord read = EvaluationRecord.read(file);
        assertThat(read.parsedMetrics()).isEqualTo(record.parsedMetrics()).isEqualTo(Metrics.read(metrics));
        assertThat(read.model()).isEqualTo(Digest.of("model"));
        assertThat(read.evaluationSet()).isEqualTo(SET);
        assertThat(read.evaluator()).containsExactly(Map.entry("command", "evaluate.py"));
    }

    @Test
    void anUnknownModelAndSetAreLeftOut() throws IOException {
        Path metrics = Files.writeString(directory.resolve("metrics.json"), "{\"accuracy\": 1}");
        Path file = directory.resolve("evaluation.json");
        EvaluationRecord.of(null, null, Map.of(), metrics).write(file);
        assertThat(Files.readString(file)).doesNotContain("null", "evaluationSet");
        assertThat(EvaluationRecord.read(file).model()).isNull();
    }

    @Test
    void anotherSchemaIsRefused() throws IOException {
        Path file = Files.writeString(
                directory.resolve("evaluation.json"), "{\"schema\": \"mlops-evaluation/9\", \"metrics\": {}}");
        assertThatThrownBy(() -> EvaluationRecord.read(file))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageContaining("mlops-evaluation/9")
                .hasMessageContaining("line 1");
    }

    @Test
    void brokenMetricsInsideAreFoundOnReading() throws IOException {
        Path file = Files.writeString(
                directory.resolve("evaluation.json"),
                "{\"schema\": \"mlops-evaluation/1\", \"metrics\": {\"slices\": 3}}");
        assertThatThrownBy(() -> EvaluationRecord.read(file)).hasMessageContaining("slices");
    }

    @Test
    void perSampleResultsAreBoundByTheirDigest(@TempDir Path directory) throws IOException {
        Path metrics =
                Files.writeString(directory.resolve("metrics.json"), "{\"m\": 1, \"samples_file\": \"s.jsonl\"}");
        assertThatThrownBy(() -> EvaluationRecord.of(null, null, Map.of(), metrics))
                .hasMessage(
                        metrics + " names the per-sample results s.jsonl, which cannot be read beside it: there is no"
                                + " such file");
        Files.writeString(directory.resolve("s.jsonl"), "{}");
        Path file = directory.resolve("evaluation.json");
        EvaluationRecord.of(null, null, Map.of(), metrics).write(file);
        assertThat(EvaluationRecord.read(file).samplesDigest()).isEqualTo(Digest.of("{}"));
        assertThat(Measurement.read(file, "candidate").samples().recorded()).isEqualTo(Digest.of("{}"));
    }
}
