package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsTest {

    @Test
    void nestedNumbersAreFlattened() {
        Metrics metrics = parse("{\"mAP\": 0.61, \"loss\": {\"box\": 0.2, \"cls\": {\"a\": 1}}, \"epochs\": 3}");
        assertThat(metrics.overall())
                .containsExactly(
                        Map.entry("epochs", 3.0),
                        Map.entry("loss/box", 0.2),
                        Map.entry("loss/cls/a", 1.0),
                        Map.entry("mAP", 0.61));
    }

    @Test
    void slicesHaveMetricsAndSamplesOfTheirOwn() {
        Metrics metrics = parse("""
                {"mAP": 0.6, "samples": 400, "samples_file": "samples.jsonl",
                 "slices": {"night": {"mAP": 0.4, "samples": 40, "loss": {"box": 2}}, "day": {"mAP": 0.7}}}
                """);
        assertThat(metrics.slices().get("night")).containsExactly(Map.entry("loss/box", 2.0), Map.entry("mAP", 0.4));
        assertThat(metrics.samples()).isEqualTo(400);
        assertThat(metrics.sliceSamples()).containsExactly(Map.entry("night", 40L));
        assertThat(metrics.samplesFile()).isEqualTo("samples.jsonl");
        assertThat(metrics.overall()).containsOnlyKeys("mAP");
    }

    @Test
    void confusionMatrixAndCurvesAreRead() {
        Metrics metrics = parse("""
                {"confusion_matrix": {"labels": ["cat", 7], "counts": [[3, 1], [0, 5]]},
                 "curves": {"pr": {"x": [0, 1], "y": [1, NaN], "x_label": "recall"}}}
                """);
        assertThat(metrics.confusionMatrix())
                .isEqualTo(new ConfusionMatrix(List.of("cat", "7"), List.of(List.of(3.0, 1.0), List.of(0.0, 5.0))));
        assertThat(metrics.curves().get("pr").y()).containsExactly(1.0, Double.NaN);
        assertThat(metrics.curves().get("pr").xLabel()).isEqualTo("recall");
        assertThat(metrics.overall()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, NaN",
        "Infinity, Infinity",
        "-Infinity, -Infinity",
        "'\"NaN\"', NaN",
        "'\"nan\"', NaN",
        "'\"Infinity\"', Infinity",
        "'\"inf\"', Infinity",
        "'\"-inf\"', -Infinity",
        "null, NaN",
        "1e400, Infinity",
        "-1e400, -Infinity"
    })
    void nonFiniteNumbersAreKeptInAnySpelling(String written, Double expected) {
        Double value = parse("{\"m\": " + written + "}").overall().get("m");
        assertThat(value).isEqualTo(expected);
        assertThat(Metrics.isFinite(value)).isFalse();
    }

    @Test
    void theLargestDoubleIsTakenForInfinity() {
        assertThat(Metrics.isFinite(Double.MAX_VALUE)).isFalse();
        assertThat(Metrics.isFinite(-1e308)).isFalse();
        assertThat(Metrics.isFinite(9.9e307)).isTrue();
    }

    @Test
    void whatIsNoNumberIsNoMetricButRemembered() {
        Metrics metrics = parse("{\"m\": \"0.6\", \"list\": [1], \"flag\": true, \"slices\": {\"a\": {\"m\": \"x\"}}}");
        assertThat(metrics.overall()).isEmpty();
        assertThat(metrics.notNumbers())
                .containsExactly(
                        Map.entry("flag", "true"),
                        Map.entry("list", "a list"),
                        Map.entry("m", "the text '0.6'"),
                        Map.entry("slices.a.m", "the text 'x'"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "3",
                "{",
                "{\"a\": 1} x",
                "{\"a\": 1, \"a\": 2}",
                "{\"a/b\": 1, \"a\": {\"b\": 2}}",
                "{\"\": 1}",
                "{\"a\": {\"\": 1}}",
                "{\"slices\": []}",
                "{\"slices\": {\"night\": 0.4}}",
                "{\"slices\": {\"\": {\"a\": 1}}}",
                "{\"samples\": -1}",
                "{\"samples\": 1.5}",
                "{\"samples\": \"many\"}",
                "{\"samples\": 1e30}",
                "{\"samples_file\": 3}",
                "{\"samples_file\": \"../s.jsonl\"}",
                "{\"samples_file\": \"/etc/passwd\"}",
                "{\"samples_file\": \"..\"}",
                "{\"confusion_matrix\": []}",
                "{\"confusion_matrix\": {\"labels\": [], \"counts\": []}}",
                "{\"confusion_matrix\": {\"labels\": [\"a\"], \"counts\": [[1, 2]]}}",
                "{\"confusion_matrix\": {\"labels\": [\"a\"], \"counts\": [[-1]]}}",
                "{\"confusion_matrix\": {\"labels\": [\"a\"], \"counts\": [[NaN]]}}",
                "{\"confusion_matrix\": {\"labels\": [{}], \"counts\": [[1]]}}",
                "{\"curves\": {\"pr\": [1, 2]}}",
                "{\"curves\": {\"pr\": {\"x\": [1], \"y\": [1, 2]}}}"
            })
    void brokenFilesAreRefusedInOneSentence(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageContaining("metrics.json")
                .hasMessageNotContaining("\n");
    }

    @Test
    void depthIsBounded() {
        String deep = "{\"a\":".repeat(2000) + "1" + "}".repeat(2000);
        assertThatThrownBy(() -> parse(deep)).isInstanceOf(MlopsException.class);
    }

    @Test
    void sizeIsBounded(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("metrics.json");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(65L * 1024 * 1024);
        }
        assertThatThrownBy(() -> Metrics.read(file)).hasMessageContaining("at most");
    }

    @Test
    void theNumberOfMetricsIsBounded() {
        StringBuilder text = new StringBuilder("{\"m\": 1");
        for (int i = 0; i < 100_001; i++) {
            text.append(",\"m").append(i).append("\":1");
        }
        assertThatThrownBy(() -> parse(text + "}")).hasMessageContaining("more than 100000 metrics");
    }

    @Test
    void aMissingFileAndOneThatIsNoTextAreNamed(@TempDir Path directory) throws IOException {
        assertThatThrownBy(() -> Metrics.read(directory.resolve("none.json"))).hasMessageContaining("does not exist");
        Path binary = Files.write(directory.resolve("binary.json"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
        assertThatThrownBy(() -> Metrics.read(binary)).hasMessageContaining("binary.json");
    }

    @Property(tries = 200)
    void whatIsWrittenIsRead(
            @ForAll("numbers") Map<String, Double> overall, @ForAll("slices") Map<String, Map<String, Double>> slices) {
        Map<String, Object> document = new TreeMap<>(overall);
        document.put("slices", slices);
        assertThat(parse(Documents.toJson(document))).isEqualTo(Metrics.of(overall, slices));
    }

    @Provide
    Arbitrary<Map<String, Map<String, Double>>> slices() {
        return Arbitraries.maps(names().map(n -> n.replace("/", "|")), numbers())
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<Map<String, Double>> numbers() {
        Arbitrary<Double> values = Arbitraries.oneOf(
                Arbitraries.doubles(),
                Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, -0.0));
        return Arbitraries.maps(names(), values).ofMaxSize(6);
    }

    private static Arbitrary<String> names() {
        return Arbitraries.of(
                "mAP", "loss/box", "loss", "a.b", "\u00e4", "\"", "<b>", "a\nb", "\uD83D\uDE00", "x y", "|");
    }

    private static Metrics parse(String text) {
        return MetricsReader.metrics(MetricsReader.document(text, "metrics.json"), "metrics.json");
    }
}
