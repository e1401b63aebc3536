package io.jenkins.plugins.mlops.core.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleResultsTest {

    private static final String LINES = """
            {"sample": "a.png", "group": "r1", "slice": "night", "label": 3, "metrics": {"m": 1, "loss": {"box": 0.5}}}
            {"metrics": {"loss/box": 0.25, "m": false}, "slices": ["night", "rain"], "group": "r1", "sample": "b.png"}

            {"sample": 17, "group": "r2", "slice": null, "metrics": {"m": true, "other": "text"}}
            """;

    @Test
    void metricsAreMeansOverTheSamplesThatHaveThem() {
        SampleResults samples = Samples.read(LINES, "m", "loss/box", "unknown");
        assertThat(samples.metric("m", null)).isCloseTo(2.0 / 3, within(1e-15));
        assertThat(samples.metric("loss/box", null)).isEqualTo(0.375);
        assertThat(samples.metric("m", "night")).isEqualTo(0.5);
        assertThat(samples.metric("loss/box", "rain")).isEqualTo(0.25);
        assertThat(samples.has("unknown", null)).isFalse();
        assertThat(samples.has("m", "fog")).isFalse();
        assertThat(samples.slices()).containsExactly("night", "rain");
        assertThat(samples.samples(null)).isEqualTo(3);
        assertThat(samples.samples("night")).isEqualTo(2);
        assertThat(samples.samples("fog")).isZero();
        assertThat(samples.isGrouped()).isTrue();
        assertThat(samples.digest()).isEqualTo(Digest.of(LINES));
    }

    @Test
    void ratiosOfSumsAddUpNumeratorsAndDenominators() {
        SampleResults samples = Samples.read("""
                {"sample": "a", "metrics": {"m": [3, 4]}}
                {"sample": "b", "metrics": {"m": [0, 0]}}
                {"sample": "c", "metrics": {"m": [1, 6]}}
                {"sample": "d", "metrics": {}}
                """);
        assertThat(samples.metric("m", null)).isEqualTo(0.4);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            3 | an object such as {"sample": "a.png"
            {"metrics": {"m": 1}} | the key 'sample' is missing
            {"sample": "b"} | the key 'metrics' is missing
            {"sample": "b", "metrics": 1} | metrics: an object such as
            {"sample": "b", "metrics": {"m": "1"}} | metrics.m: a number is wanted; leave the metric out where
            {"sample": "b", "metrics": {"m": null}} | metrics.m: a number is wanted; leave the metric out where
            {"sample": "b", "metrics": {"m": NaN}} | metrics.m is not finite; leave the metric out where
            {"sample": "b", "metrics": {"m": 1e400}} | metrics.m is not finite
            {"sample": "b", "metrics": {"m": [1]}} | a list of two (numerator and denominator), is wanted
            {"sample": "b", "metrics": {"m": [1, 2, 3]}} | a list of two (numerator and denominator), is wanted
            {"sample": "b", "metrics": {"m": [1, -2]}} | the denominator is negative
            {"sample": "b", "metrics": {"m": [1, 0]}} | the denominator is 0, and the numerator is not
            {"sample": "b", "metrics": {"m": 1, "m": 2}} | metrics.m stands twice
            {"sample": "b", "metrics": {"m": 1}, "metrics": {}} | metrics stands twice
            {"sample": "b", "slice": "x", "slices": ["y"], "metrics": {"m": 1}} | slice or slices stands twice
            {"sample": "b", "slices": "y", "metrics": {"m": 1}} | slices: a list of names is wanted
            {"sample": "b", "slice": 1.5, "metrics": {"m": 1}} | slice: a text is wanted
            {"sample": "", "metrics": {"m": 1}} | sample is empty
            {"sample": "a", "metrics": {"m": 1}} | the sample a stands in line 1 already
            {"sample": "b", "group": "g", "metrics": {"m": 1}} | the sample has a group, and those before it have none
            {"sample": "b", "metrics": {"m": 1}} {"sample": "c", "metrics": {"m": 1}} | something stands behind the object
            {"sample": "b", "metrics": {"m": 1 | Unexpected end-of-input
            sample,m | Unrecognized token 'sample'
            """)
    void aBrokenLineIsNamed(String line, String reason) {
        assertThatThrownBy(() -> Samples.read(Samples.line("a", null, 1) + line + "\n"))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageStartingWith("samples.jsonl, line ")
                .hasMessageMatching("(?s).*line [23]: .*")
                .hasMessageContaining(reason);
    }

    @Test
    void anObjectOverSeveralLinesIsNotALine() {
        assertThatThrownBy(() -> Samples.read("{\"sample\": \"a\",\n\"metrics\": {\"m\": 1}}\n"))
                .hasMessage("samples.jsonl, line 1: the object does not end in its line; one object a line is wanted");
        assertThatThrownBy(() -> Samples.read("\n\n")).hasMessage("samples.jsonl holds no sample");
    }

    @Test
    void textThatIsNoUtf8IsRefused() {
        byte[] latin = {'{', '"', 's', 'a', 'm', 'p', 'l', 'e', '"', ':', '"', (byte) 0xe4, '"', '}'};
        assertThatThrownBy(() -> SampleResults.read(new ByteArrayInputStream(latin), "s", List.of()))
                .isInstanceOf(MlopsException.class)
                .hasMessageStartingWith("s, line 1: Invalid UTF-8");
    }

    @Test
    void aBrokenOffStreamIsNoMistakeOfTheUser() {
        assertThatThrownBy(() -> SampleResults.read(
                        new java.io.InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("gone");
                            }
                        },
                        "s",
                        List.of()))
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
    }

    @Test
    void resultsOfOtherSamplesOrGroupsAreNotPaired() {
        SampleResults mine = Samples.read(Samples.line("a", null, 1) + Samples.line("b", null, 1));
        assertThat(mine.differenceTo(
                        Samples.read(Samples.line("b", null, 0) + Samples.line("a", null, 0)), "the champion"))
                .isEmpty();
        assertThat(mine.differenceTo(Samples.read(Samples.line("a", null, 1)), "the champion"))
                .hasValue(
                        "its per-sample results are not those of the same samples: 1 (line 2) of the candidate's 2 are not"
                                + " among the champion's, and none of the champion's 1 are not among the candidate's");
        assertThat(mine.differenceTo(
                        Samples.read(Samples.line("a", "g", 1) + Samples.line("b", "h", 1)), "the champion"))
                .hasValue("its per-sample results are grouped in another way than those of the champion");
        assertThat(Samples.read(Samples.line("a", "g", 1) + Samples.line("b", "h", 1))
                        .differenceTo(
                                Samples.read(Samples.line("b", "x", 1) + Samples.line("a", "y", 1)), "the champion"))
                .as("names of groups do not matter, only who is with whom")
                .isEmpty();
    }
}
