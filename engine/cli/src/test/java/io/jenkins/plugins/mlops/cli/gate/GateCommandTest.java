package io.jenkins.plugins.mlops.cli.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateCommandTest {

    private static final String MODEL = Digest.of("model").toString();

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void files() throws IOException {
        write("metrics.json", "{\"mAP\": 0.61, \"samples\": 9, \"slices\": {\"night\": {\"mAP\": 0.41}}}");
        write("champion.json", "{\"mAP\": 0.61, \"slices\": {\"night\": {\"mAP\": 0.47}}}");
        write("pass.yaml", "rules:\n  - {metric: mAP, direction: higher, threshold: 0.6}\n");
        write(
                "fail.yaml",
                "rules:\n  - {metric: mAP, direction: higher, threshold: 0.6}\n"
                        + "  - {metric: mAP, direction: higher, baseline: champion, max_drop: 0.01, slices: \"*\"}\n");
        write("few.yaml", "rules:\n  - {metric: mAP, direction: higher, threshold: 0.6, min_samples: 50}\n");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private int mlops(String... arguments) {
        out.reset();
        err.reset();
        Host host = new Host(
                Map.of("XDG_DATA_HOME", directory.resolve("data").toString()),
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
    void aPassIsExitCode0() {
        assertThat(mlops("gate", "--metrics", "metrics.json", "--rules", "pass.yaml"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("""
                VERDICT  METRIC  SLICE  VALUE   LIMIT  BASELINE
                pass     mAP     -       0.61  >= 0.6         -

                gate: pass (the rule holds)
                """);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aFailIsExitCode3AndItsReasonComesLast() {
        assertThat(mlops("gate", "--metrics", "metrics.json", "--rules", "fail.yaml", "--baseline", "champion.json"))
                .isEqualTo(3);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("gate: FAIL (1 of 2 rules failed)")
                .endsWith("mAP of slice night is 0.41, 0.06 below the champion's 0.47; at most 0.01 is allowed\n");
    }

    @Test
    void tooFewSamplesAreExitCode6() {
        assertThat(mlops("gate", "--metrics", "metrics.json", "--rules", "few.yaml"))
                .isEqualTo(6);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("gate: INCONCLUSIVE")
                .contains("9 samples");
    }

    @Test
    void jsonIsOneDocumentAndEqualsTheReport() throws IOException {
        String[] arguments = {
            "gate",
            "--metrics",
            "metrics.json",
            "--rules",
            "fail.yaml",
            "--baseline",
            "champion.json",
            "--json",
            "--report-dir",
            "reports"
        };
        assertThat(mlops(arguments)).isEqualTo(3);
        assertThat(json().path("verdict").asText()).isEqualTo("fail");
        assertThat(json().path("rules").get(1).path("slice").asText()).isEqualTo("night");
        assertThat(Files.readString(directory.resolve("reports/gate.json")))
                .isEqualTo(out.toString(StandardCharsets.UTF_8));
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(Digest.of(out.toByteArray()).toString());
        assertThat(directory.resolve("reports")).isDirectoryContaining("glob:**/gate.html");
    }

    @Test
    void theChampionNeedsAFileOrAModel() {
        assertThat(mlops("gate", "--metrics", "metrics.json", "--rules", "fail.yaml"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("baseline file")
                .contains("registered model");
        assertThat(mlops("gate", "--metrics", "metrics.json", "--rules", "fail.yaml", "--model", "digits"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("MLFLOW_TRACKING_URI");
    }

    @Test
    void aServerThatIsAwayIsExitCode5() {
        assertThat(mlops(
                        "gate",
                        "--metrics",
                        "metrics.json",
                        "--rules",
                        "fail.yaml",
                        "--model",
                        "digits",
                        "--tracking-uri",
                        "http://127.0.0.1:9"))
                .isEqualTo(5);
    }

    @Test
    void aFileBaselineStartsAtTheRuleFile() throws IOException {
        Files.createDirectories(directory.resolve("gates"));
        write("gates/base.json", "{\"mAP\": 0.7}");
        write("gates/rules.yaml", "rules:\n  - {metric: mAP, direction: higher, baseline: \"file:base.json\"}\n");
        assertThat(mlops("gate", "--metrics", "metrics.json", "--rules", "gates/rules.yaml"))
                .isEqualTo(3);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("0.09 below the baseline's 0.7");
    }

    @Test
    void brokenInputsAreExitCode2WithTheirPlace() throws IOException {
        write("broken.yaml", "rules:\n  - metric: mAP\n    threshold: 0.6\n");
        assertThat(mlops("gate", "--metrics", "metrics.json", "--rules", "broken.yaml"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("broken.yaml, line 2, column 5", "direction");
        write("broken.json", "{\"mAP\": }");
        assertThat(mlops("gate", "--metrics", "broken.json", "--rules", "pass.yaml"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("broken.json, line 1, column");
        assertThat(mlops("gate", "--metrics", "none.json", "--rules", "pass.yaml"))
                .isEqualTo(2);
        assertThat(mlops("gate", "--metrics", "metrics.json", "--rules", "none.yaml"))
                .isEqualTo(2);
        assertThat(mlops("gate", "--metrics", "metrics.json")).isEqualTo(2);
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void theVerdictIsKeptInTheLineageOfAModelThatIsNamed() throws IOException {
        write(
                "evaluation.json",
                "{\"schema\": \"mlops-evaluation/1\", \"model\": \"" + MODEL + "\", \"metrics\": {\"mAP\": 0.61}}");
        assertThat(mlops(
                        "gate",
                        "--metrics",
                        "evaluation.json",
                        "--rules",
                        "pass.yaml",
                        "--report-dir",
                        "reports",
                        "--json"))
                .isZero();
        assertThat(json().path("candidate").path("model").asText()).isEqualTo(MODEL);
        try (Stream<Path> records = Files.list(directory.resolve("data/mlops/lineage/records"))) {
            assertThat(records.toList())
                    .singleElement()
                    .satisfies(record -> assertThat(Files.readString(record))
                            .contains(
                                    "\"pass\"",
                                    Digest.of(directory.resolve("reports/gate.json"))
                                            .hex()));
        }
    }

    @Test
    void aStoreThatWasAskedForIsNotLeftEmptySilently() {
        assertThat(mlops("gate", "--metrics", "metrics.json", "--rules", "pass.yaml", "--lineage-store", "store"))
                .isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no lineage record is kept");
    }

    @Test
    void confidenceRestsOnThePerSampleResultsBesideTheMetrics() throws IOException {
        Path evaluation = Files.createDirectory(directory.resolve("evaluation"));
        StringBuilder samples = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            samples.append("{\"sample\": \"%d\", \"metrics\": {\"m\": %d}}%n".formatted(i, i % 10 == 0 ? 0 : 1));
        }
        Files.writeString(evaluation.resolve("samples.jsonl"), samples);
        write("evaluation/metrics.json", "{\"m\": 0.9, \"samples_file\": \"samples.jsonl\"}");
        String rule = "rules:\n  - {metric: m, direction: higher, confidence: 0.95, ";
        write("near.yaml", rule + "threshold: 0.88}\n");
        write("far.yaml", rule + "threshold: 0.8, baseline: 'file:evaluation/metrics.json'}\n");
        write("none.yaml", rule + "threshold: 0.98}\n");
        assertThat(mlops("gate", "--metrics", "evaluation/metrics.json", "--rules", "near.yaml"))
                .isEqualTo(6);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("with 95% confidence (100 samples)", "seed 0");
        assertThat(mlops("gate", "--metrics", "evaluation/metrics.json", "--rules", "far.yaml"))
                .isZero();
        assertThat(mlops("gate", "--metrics", "evaluation/metrics.json", "--rules", "none.yaml"))
                .isEqualTo(3);
        Files.writeString(evaluation.resolve("samples.jsonl"), samples + "{\n");
        assertThat(mlops("gate", "--metrics", "evaluation/metrics.json", "--rules", "far.yaml"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("samples.jsonl", "line 10");
    }
}
