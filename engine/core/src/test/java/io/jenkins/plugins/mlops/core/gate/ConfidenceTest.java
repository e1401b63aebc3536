package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules that decide by per-sample results. */
class ConfidenceTest {

    /** An evaluation that is built sample by sample. */
    private static final class Evaluation {
        private final StringBuilder lines = new StringBuilder();
        private final Map<String, double[]> sums = new TreeMap<>();
        private int size;

        /** Adds a sample; slice null for none, group null for none. */
        Evaluation add(String group, String slice, double value) {
            lines.append("{\"sample\": \"s").append(size++).append('"');
            lines.append(group == null ? "" : ", \"group\": \"" + group + "\"");
            lines.append(slice == null ? "" : ", \"slice\": \"" + slice + "\"");
            lines.append(", \"metrics\": {\"m\": ").append(value).append("}}\n");
            for (String name : slice == null ? List.of("") : List.of("", slice)) {
                double[] sum = sums.computeIfAbsent(name, n -> new double[2]);
                sum[0] += value;
                sum[1]++;
            }
            return this;
        }

        /** {@code good} samples of value 1 and {@code bad} ones of value 0, well mixed. */
        static Evaluation counted(int good, int bad) {
            Evaluation evaluation = new Evaluation();
            for (int i = 0; i < good + bad; i++) {
                evaluation.add(
                        null, null, (long) i * bad / (good + bad) == (long) (i + 1) * bad / (good + bad) ? 1 : 0);
            }
            return evaluation;
        }

        String metrics() {
            List<String> slices = new ArrayList<>();
            sums.forEach((name, sum) -> {
                if (!name.isEmpty()) {
                    slices.add("\"%s\": {\"m\": %s, \"samples\": %d}".formatted(name, sum[0] / sum[1], (int) sum[1]));
                }
            });
            double[] all = sums.get("");
            return "{\"m\": " + all[0] / all[1] + ", \"samples\": " + (int) all[1] + ", \"samples_file\": \"s.jsonl\""
                    + (slices.isEmpty() ? "" : ", \"slices\": {" + String.join(", ", slices) + "}") + "}";
        }

        Measurement measurement() {
            return Gates.measurement(metrics(), lines.toString());
        }
    }

    private static GateResult gate(String rule, Measurement candidate, Measurement champion) {
        return Gates.evaluate(
                "rules:\n  - {metric: m, direction: higher, confidence: 0.95, " + rule + "}", candidate, champion);
    }

    @ParameterizedTest(name = "{0} of {1} against {2}: {3}")
    @CsvSource({
        // 0.9 of 400 has a standard error of 0.015
        "360, 400, 0.85, PASS",
        "360, 400, 0.88, INCONCLUSIVE",
        "360, 400, 0.92, INCONCLUSIVE",
        "360, 400, 0.94, FAIL",
        // of 10000, of 0.003
        "9000, 10000, 0.88, PASS",
        "9000, 10000, 0.899, INCONCLUSIVE",
        "9000, 10000, 0.91, FAIL",
        "400, 400, 0.99, PASS",
        "9, 9, 0.5, INCONCLUSIVE"
    })
    void aThresholdIsHeldAgainstTheInterval(int good, int samples, String threshold, Verdict verdict) {
        Measurement candidate = Evaluation.counted(good, samples - good).measurement();
        assertThat(gate("threshold: " + threshold, candidate, null).verdict()).isEqualTo(verdict);
    }

    @Test
    void reasonsSayTheInterval() {
        Measurement candidate = Evaluation.counted(360, 40).measurement();
        assertThat(gate("threshold: 0.88", candidate, null).rules().get(0).reason())
                .matches("m is 0\\.9, 0\\.8[67]\\d* to 0\\.92\\d* with 95% confidence \\(400 samples\\);"
                        + " at least 0\\.88 is wanted, which lies between");
        assertThat(gate("threshold: 0.5", Evaluation.counted(9, 0).measurement(), null)
                        .rules()
                        .get(0)
                        .reason())
                .isEqualTo("m rests on 9 groups, too few to tell with confidence: at least 10 are wanted");
    }

    /** The candidate loses the samples that the champion gets right, where both have 90 of 100 in common. */
    @ParameterizedTest(name = "{0} lost and {1} won of {2}, {3}: {4}")
    @CsvSource({
        "0, 0, 400, 0, PASS",
        "4, 4, 400, 0.02, PASS",
        "4, 4, 400, 0.01, INCONCLUSIVE",
        "40, 40, 400, 0.02, INCONCLUSIVE",
        "24, 0, 400, 0.02, FAIL",
        "0, 24, 400, 0, PASS",
        "12, 0, 400, 0.03, INCONCLUSIVE"
    })
    void aDropIsHeldAgainstTheIntervalOfThePairs(int lost, int won, int samples, String drop, Verdict verdict) {
        Evaluation candidate = new Evaluation();
        Evaluation champion = new Evaluation();
        for (int i = 0; i < samples; i++) {
            boolean both = i % 10 != 0 && i >= lost + won;
            candidate.add(null, null, both || i >= lost && i < lost + won ? 1 : 0);
            champion.add(null, null, both || i < lost ? 1 : 0);
        }
        GateResult result =
                gate("baseline: champion, max_drop: " + drop, candidate.measurement(), champion.measurement());
        assertThat(result.rules().get(0).reason()).contains("the change is ", "with 95% confidence (400 samples)");
        assertThat(result.verdict()).isEqualTo(verdict);
    }

    @Test
    void lowerIsBetterWorksTheOtherWayRound() {
        Evaluation candidate = new Evaluation();
        Evaluation champion = new Evaluation();
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            double error = random.nextDouble();
            champion.add(null, null, error);
            candidate.add(null, null, error + 0.05 + 0.01 * random.nextGaussian());
        }
        String rule = "rules:\n  - {metric: m, direction: lower, confidence: 0.99, baseline: champion, max_drop: ";
        assertThat(Gates.evaluate(rule + "0.06}", candidate.measurement(), champion.measurement())
                        .verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(Gates.evaluate(rule + "0.05}", candidate.measurement(), champion.measurement())
                        .verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(Gates.evaluate(rule + "0.04}", candidate.measurement(), champion.measurement())
                        .verdict())
                .isEqualTo(Verdict.FAIL);
        assertThat(Gates.evaluate(rule + "0.04, tolerance: 0.02}", candidate.measurement(), champion.measurement())
                        .verdict())
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void samplesOfARecordingCountAsOne() {
        Evaluation single = new Evaluation();
        Evaluation grouped = new Evaluation();
        for (int i = 0; i < 400; i++) {
            int group = i / 20;
            double value = group % 5 == 0 ? 0 : 1; // whole recordings fail
            single.add(null, null, value);
            grouped.add("r" + group, null, value);
        }
        assertThat(gate("threshold: 0.72", single.measurement(), null).verdict())
                .isEqualTo(Verdict.PASS);
        GateResult result = gate("threshold: 0.72", grouped.measurement(), null);
        assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(result.rules().get(0).reason()).contains("(400 samples in 20 groups)");
        assertThat(gate("threshold: 0.72, min_groups: 21", grouped.measurement(), null)
                        .rules()
                        .get(0)
                        .reason())
                .isEqualTo("m rests on 20 groups, too few to tell with confidence: at least 21 are wanted");
    }

    /** Fifty slices of a candidate that is as good as its champion, twenty times. */
    @Test
    void manySlicesDoNotFailByChance() {
        int failed = 0;
        int singleFailed = 0;
        for (int round = 0; round < 20; round++) {
            Random random = new Random(round);
            Evaluation candidate = new Evaluation();
            Evaluation champion = new Evaluation();
            for (int i = 0; i < 50 * 40; i++) {
                candidate.add(null, "slice" + i % 50, random.nextGaussian());
                champion.add(null, "slice" + i % 50, random.nextGaussian());
            }
            GateResult all = gate("baseline: champion, slices: \"*\"", candidate.measurement(), champion.measurement());
            failed += all.verdict() == Verdict.FAIL ? 1 : 0;
            assertThat(all.rules().get(0).checks()).hasSize(50);
            for (Check check : all.rules().get(0).checks()) {
                IntervalCheck interval = check.intervals().get(0);
                BigDecimal below = interval.estimate().subtract(interval.low());
                BigDecimal above = interval.high().subtract(interval.estimate());
                // the end that fails is corrected, the end that passes is not; uncorrected, it would mirror the low one
                singleFailed += interval.estimate().add(below).signum() < 0 ? 1 : 0;
                assertThat(above).isGreaterThan(below);
            }
        }
        assertThat(failed).isLessThanOrEqualTo(3);
        assertThat(singleFailed).isGreaterThan(10);
    }

    @Test
    void theWorstSliceDecides() {
        Evaluation candidate = new Evaluation();
        Evaluation champion = new Evaluation();
        for (int i = 0; i < 600; i++) {
            String slice = i % 2 == 0 ? "day" : "night";
            champion.add(null, slice, 1);
            candidate.add(null, slice, slice.equals("night") && i % 10 == 1 ? 0 : 1);
        }
        GateResult result = gate(
                "baseline: champion, slices: \"*\", max_drop: 0.05", candidate.measurement(), champion.measurement());
        assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(result.rules().get(0).deciding().slice()).isEqualTo("night");
        assertThat(result.rules().get(0).reason())
                .contains("(300 samples, the upper end for 2 slices together)", "the worst of 2 slices");
        GateResult named = gate(
                "baseline: champion, slices: [day, night], max_drop: 0.05",
                candidate.measurement(),
                champion.measurement());
        assertThat(named.rules()).extracting(RuleResult::verdict).containsExactly(Verdict.PASS, Verdict.FAIL);
    }

    @Test
    void equalInputsGiveEqualReportsAndAnotherSeedIsNamed() {
        Evaluation evaluation = Evaluation.counted(360, 40);
        GateResult one = gate("threshold: 0.85", evaluation.measurement(), null);
        assertThat(GateReports.digest(gate("threshold: 0.85", evaluation.measurement(), null)))
                .isEqualTo(GateReports.digest(one));
        GateResult other = Gates.evaluate(
                "seed: 7\nrules:\n  - {metric: m, direction: higher, confidence: 0.95, threshold: 0.85}",
                evaluation.measurement(),
                null);
        assertThat(other.statistics().seed()).isEqualTo(7);
        assertThat(other.rules().get(0).deciding().intervals())
                .isNotEqualTo(one.rules().get(0).deciding().intervals());
        assertThat(GateReports.text(other)).contains("10000 resamples, seed 7");
    }

    @Test
    void reportsShowIntervalsLevelsSamplesGroupsAndSeed() {
        Evaluation candidate = new Evaluation();
        Evaluation champion = new Evaluation();
        for (int i = 0; i < 600; i++) {
            candidate.add("r" + i % 30, i % 2 == 0 ? "day" : "night", i % 7 == 0 ? 0 : 1);
            champion.add("r" + i % 30, i % 2 == 0 ? "day" : "night", i % 8 == 0 ? 0 : 1);
        }
        GateResult result = gate(
                "baseline: champion, slices: \"*\", max_drop: 0.1, threshold: 0.5",
                candidate.measurement(),
                champion.measurement());
        JsonNode json = Documents.readJson(Documents.toJson(GateDocument.of(result)), "gate.json", JsonNode.class);
        JsonNode rule = json.path("rules").path(0);
        assertThat(rule.path("confidence").decimalValue()).isEqualByComparingTo("0.95");
        assertThat(rule.path("minGroups").asInt()).isEqualTo(10);
        assertThat(rule.path("family").asInt()).isEqualTo(2);
        assertThat(rule.path("intervals")).hasSize(2);
        assertThat(rule.path("intervals").path(0).path("of").asText()).isEqualTo("value");
        assertThat(rule.path("intervals").path(1).path("of").asText()).isEqualTo("change");
        assertThat(rule.path("intervals").path(1).path("groups").asInt()).isEqualTo(15);
        assertThat(rule.path("intervals").path(1).path("samples").asInt()).isEqualTo(300);
        assertThat(rule.path("checks")).hasSize(2);
        assertThat(json.path("statistics").path("seed").asLong()).isZero();
        assertThat(json.path("statistics")
                        .path("samples")
                        .path(0)
                        .path("digest")
                        .asText())
                .isEqualTo(Digest.of(candidate.lines.toString()).toString());
        assertThat(json.path("statistics").path("samples").path(1).path("of").asText())
                .isEqualTo("the champion");
        assertThat(GateMarkdown.render(result)).contains("| Interval |", "| value 0.", "; change -0.", "seed 0");
        assertThat(GateHtml.render(result)).contains("Interval</th>", "change -0.", "seed 0");
        assertThat(GateJunit.render(result)).contains("<property name=\"seed\" value=\"0\"", "with 95% confidence");
    }

    @Test
    void aRuleWithoutConfidenceReportsAsBefore() {
        GateResult result = Gates.evaluate(
                "rules:\n  - {metric: m, direction: higher, threshold: 0.5}", Gates.measurement("{\"m\": 1}"), null);
        assertThat(Documents.toJson(GateDocument.of(result)))
                .doesNotContain("confidence", "statistics", "intervals", "family", "checks");
    }

    @Test
    void withoutPerSampleResultsNothingIsCertain() {
        Measurement bare = Gates.measurement("{\"m\": 0.9}");
        Measurement candidate = Evaluation.counted(360, 40).measurement();
        assertReason(
                gate("threshold: 0.5", bare, null),
                "m cannot be told with confidence: the candidate has no per-sample results ('samples_file')");
        assertReason(
                gate("baseline: champion, max_drop: 0.5, without_baseline: pass", candidate, bare),
                "m cannot be told with confidence: the champion has no per-sample results ('samples_file')");
        assertThat(gate("baseline: champion, without_baseline: pass", candidate, null)
                        .verdict())
                .as("the first model ever")
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void whatTheMetricsStateMustFollowFromTheSamples() {
        String samples = Evaluation.counted(360, 40).lines.toString();
        assertReason(
                gate("threshold: 0.5", Gates.measurement("{\"m\": 0.61, \"samples_file\": \"s\"}", samples), null),
                "the per-sample results of the candidate give 0.9, and not 0.61: confidence is for metrics that are the"
                        + " mean, or a ratio of sums, of what the samples have");
        assertReason(
                gate(
                        "threshold: 0.5",
                        Gates.measurement("{\"m\": 0.9, \"samples\": 399, \"samples_file\": \"s\"}", samples),
                        null),
                "the metrics of the candidate state 399 samples, and there are 400 per-sample results");
        assertReason(
                Gates.evaluate(
                        "rules:\n  - {metric: mAP, direction: higher, threshold: 0.5, confidence: 0.95}",
                        Gates.measurement("{\"mAP\": 0.9, \"samples_file\": \"s\"}", samples),
                        null),
                "no per-sample result of the candidate has a value of mAP");
        assertReason(
                gate(
                        "threshold: 0.5, slices: [night]",
                        Gates.measurement("{\"samples_file\": \"s\", \"slices\": {\"night\": {\"m\": 0.9}}}", samples),
                        null),
                "no per-sample result of the candidate in slice night has a value of m");
    }

    @Test
    void onlyTheSameSamplesAreCompared() {
        Measurement candidate = Evaluation.counted(360, 40).measurement();
        assertReason(
                gate(
                        "baseline: champion, max_drop: 0.5",
                        candidate,
                        Evaluation.counted(360, 39).measurement()),
                "not those of the same samples: 1 (line 400) of the candidate's 400");
        Evaluation mine = new Evaluation();
        Evaluation other = new Evaluation();
        for (int i = 0; i < 100; i++) {
            mine.add(null, i % 2 == 0 ? "night" : "day", 1);
            other.add(null, i % 2 == 0 || i == 99 ? "night" : "day", 1);
        }
        assertReason(
                gate("baseline: champion, slices: [night]", mine.measurement(), other.measurement()),
                "slice night has other samples than that of the champion");
        String gap = mine.lines.toString().replaceFirst("\"m\": 1.0", "");
        assertReason(
                gate("baseline: champion", mine.measurement(), Gates.measurement(mine.metrics(), gap)),
                "some samples have a value on one side alone");
    }

    @Test
    void brokenSamplesOfTheCandidateAreAMistakeAndOfTheChampionAFailure() {
        Measurement good = Evaluation.counted(360, 40).measurement();
        Measurement broken = Gates.measurement(Evaluation.counted(360, 40).metrics(), "{\"sample\": \"a\"}\n");
        assertThatThrownBy(() -> gate("threshold: 0.5", broken, null))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessage("The per-sample results s.jsonl of metrics.json, line 1: the key 'metrics' is missing");
        assertReason(gate("baseline: champion", good, broken), "line 1: the key 'metrics' is missing");
    }

    @Test
    void samplesThatWereChangedAfterTheyWereRecordedAreRefused() {
        Evaluation evaluation = Evaluation.counted(360, 40);
        String record = "{\"schema\": \"mlops-evaluation/1\", \"samplesDigest\": \""
                + Digest.of(evaluation.lines.toString()) + "\", \"metrics\": " + evaluation.metrics() + "}";
        assertThat(gate("threshold: 0.5", Gates.measurement(record, evaluation.lines.toString()), null)
                        .verdict())
                .isEqualTo(Verdict.PASS);
        assertThatThrownBy(() -> gate("threshold: 0.5", Gates.measurement(record, evaluation.lines + "\n"), null))
                .hasMessage("The per-sample results s.jsonl of metrics.json were changed after they were recorded");
    }

    @Test
    void aFileWithoutNeighboursSaysWhatIsMissing() {
        Measurement alone = Measurement.of(
                InputFile.of("m.json", "{\"m\": 1, \"samples_file\": \"s.jsonl\"}".getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> gate("threshold: 0.5", alone, null))
                .hasMessage(
                        "The per-sample results s.jsonl of m.json cannot be read: only m.json itself was handed over");
    }

    private static void assertReason(GateResult result, String reason) {
        assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(result.rules().get(0).reason()).contains(reason);
    }
}
