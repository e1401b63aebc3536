package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {

    private static final String OLD_SET = "old";

    @ParameterizedTest(name = "{0} of {1} against {2}: {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # rule beside metric m | candidate | champion | verdict | reason
            direction: higher, threshold: 0.6 | {"m": 0.61} |  | PASS | m is 0.61; at least 0.6 is wanted
            direction: higher, threshold: 0.6 | {"m": 0.6} |  | PASS | m is 0.6; at least 0.6 is wanted
            direction: higher, threshold: 0.6 | {"m": 0.41} |  | FAIL | m is 0.41, 0.19 below the threshold 0.6
            direction: higher, threshold: 0.6 | {"m": 0.5999999} |  | FAIL | m is 0.5999999, 0.0000001 below the threshold 0.6
            direction: lower, threshold: 25 | {"m": 25} |  | PASS | m is 25; at most 25 is wanted
            direction: lower, threshold: 25 | {"m": 30} |  | FAIL | m is 30, 5 above the threshold 25
            direction: higher, threshold: -3 | {"m": -2.5} |  | PASS | m is -2.5; at least -3 is wanted
            direction: higher, threshold: -3 | {"m": -3.5} |  | FAIL | m is -3.5, 0.5 below the threshold -3
            direction: higher, threshold: 0.6, tolerance: 0.01 | {"m": 0.59} |  | PASS | m is 0.59; at least 0.6 is wanted, with a tolerance of 0.01
            direction: higher, threshold: 0.6, tolerance: 0.01 | {"m": 0.589} |  | FAIL | m is 0.589, 0.011 below the threshold 0.6, with a tolerance of 0.01
            direction: lower, threshold: 0.6, tolerance: 0.01 | {"m": 0.61} |  | PASS |
            direction: higher, baseline: champion | {"m": 0.47} | {"m": 0.47} | PASS | m is 0.47, equal to the champion's 0.47
            direction: higher, baseline: champion | {"m": 0.469} | {"m": 0.47} | FAIL | m is 0.469, 0.001 below the champion's 0.47; no drop is allowed
            direction: higher, baseline: champion | {"m": 0.48} | {"m": 0.47} | PASS | m is 0.48, 0.01 above the champion's 0.47
            direction: higher, baseline: champion, max_drop: 0.01 | {"m": 0.60} | {"m": 0.61} | PASS | m is 0.6, 0.01 below the champion's 0.61; at most 0.01 is allowed
            direction: higher, baseline: champion, max_drop: 0.01 | {"m": 0.41} | {"m": 0.47} | FAIL | m is 0.41, 0.06 below the champion's 0.47; at most 0.01 is allowed
            direction: higher, baseline: champion, max_drop: 10% | {"m": 0.9} | {"m": 1.0} | PASS | m is 0.9, 0.1 below the champion's 1; at most 10% (0.1) is allowed
            direction: higher, baseline: champion, max_drop: 10% | {"m": 0.89} | {"m": 1.0} | FAIL | m is 0.89, 0.11 below the champion's 1; at most 10% (0.1) is allowed
            direction: higher, baseline: champion, max_drop: 10% | {"m": -1.1} | {"m": -1} | PASS |
            direction: higher, baseline: champion, max_drop: 10% | {"m": -1.2} | {"m": -1} | FAIL | m is -1.2, 0.2 below the champion's -1; at most 10% (0.1) is allowed
            direction: higher, baseline: champion, max_drop: 10% | {"m": 0} | {"m": 0} | PASS | m is 0, equal to the champion's 0
            direction: higher, baseline: champion, max_drop: 10% | {"m": -0.001} | {"m": 0} | FAIL | m is -0.001, 0.001 below the champion's 0; 10% of 0 is 0, so no drop is allowed
            direction: lower, baseline: champion, max_drop: 10% | {"m": 0.001} | {"m": 0} | FAIL | m is 0.001, 0.001 above the champion's 0; 10% of 0 is 0, so no rise is allowed
            direction: lower, baseline: champion, max_drop: 0.5 | {"m": 12.5} | {"m": 12} | PASS |
            direction: lower, baseline: champion, max_drop: 0.5 | {"m": 12.6} | {"m": 12} | FAIL | m is 12.6, 0.6 above the champion's 12; at most 0.5 is allowed
            direction: lower, baseline: champion, max_drop: 0.5, tolerance: 0.1 | {"m": 12.6} | {"m": 12} | PASS |
            direction: higher, threshold: 0.5, baseline: champion | {"m": 0.4} | {"m": 0.47} | FAIL | m is 0.4, 0.1 below the threshold 0.5; and m is 0.4, 0.07 below the champion's 0.47; no drop is allowed
            direction: higher, threshold: 0.4, baseline: champion | {"m": 0.45} | {"m": 0.47} | FAIL | m is 0.45, 0.02 below the champion's 0.47; no drop is allowed
            direction: higher, baseline: champion | {"m": 0.45} |  | FAIL | m cannot be compared: digits has no champion yet ('without_baseline: pass' lets a rule do without)
            direction: higher, baseline: champion, without_baseline: pass | {"m": 0.45} |  | PASS | m has nothing to be compared with, since digits has no champion yet, and the rule passes without a baseline
            direction: higher, threshold: 0.5, baseline: champion, without_baseline: pass | {"m": 0.45} |  | FAIL | m is 0.45, 0.05 below the threshold 0.5
            direction: higher, threshold: 0.4, baseline: champion, without_baseline: pass | {"m": 0.45} |  | PASS | m is 0.45; at least 0.4 is wanted; and m has nothing to be compared with, since digits has no champion yet, so the threshold alone decides
            direction: higher, baseline: champion, without_baseline: pass | {"m": 0.45} | {"n": 1} | PASS | m has nothing to be compared with, since the champion has no m, and the rule passes without a baseline
            direction: higher, baseline: champion | {"m": 0.45} | {"n": 1} | FAIL | m cannot be compared: the champion has no m ('without_baseline: pass' lets a rule do without)
            direction: higher, baseline: champion, without_baseline: pass | {"m": 0.45} | {"m": NaN} | FAIL | m cannot be compared: that of the champion is NaN
            direction: higher, threshold: 0.5 | {"m": NaN} |  | FAIL | m is NaN, which is no finite number
            direction: lower, threshold: 0.5 | {"m": "-inf"} |  | FAIL | m is -Infinity, which is no finite number
            direction: higher, threshold: 0.5 | {"m": 1.7976931348623157e308} |  | FAIL | m is 1.7977E+308, which is no finite number
            direction: higher, threshold: 0.5 | {"m": "0.6"} |  | FAIL | m is the text '0.6', which is no number
            direction: higher, threshold: 0.5 | {"accuracy": 1, "f1": 1} |  | FAIL | The candidate has no m; it has accuracy, f1
            direction: higher, threshold: 0.5 | {} |  | FAIL | The candidate has no m; it has none at all
            direction: higher, threshold: 0.5, optional: true | {"n": 1} |  | PASS | The candidate has no m; it has n (let pass, since the rule is optional)
            direction: higher, threshold: 0.5, optional: true | {"m": NaN} |  | PASS | m is NaN, which is no finite number (let pass, since the rule is optional)
            direction: higher, threshold: 0.5, optional: true | {"m": 0.4} |  | FAIL | m is 0.4, 0.1 below the threshold 0.5
            direction: higher, threshold: 0.5, min_samples: 50 | {"m": 0.6, "samples": 50} |  | PASS |
            direction: higher, threshold: 0.5, min_samples: 50 | {"m": 0.6, "samples": 49} |  | INCONCLUSIVE | m rests on 49 samples, too few to tell: at least 50 are wanted
            direction: higher, threshold: 0.5, min_samples: 50 | {"m": 0.4, "samples": 1} |  | INCONCLUSIVE | m rests on 1 sample, too few to tell: at least 50 are wanted
            direction: higher, threshold: 0.5, min_samples: 50 | {"m": 0.6} |  | FAIL | m does not say how many samples it rests on, and at least 50 are wanted
            direction: higher, threshold: 0.5, min_samples: 50 | {"m": NaN, "samples": 1} |  | FAIL |
            """)
    void overallNumbers(String rule, String candidate, String champion, Verdict verdict, String reason) {
        check("metric: m, " + rule, candidate, champion, verdict, reason);
    }

    @ParameterizedTest(name = "{0} of {1} against {2}: {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            slices: [night], threshold: 0.4 | {"slices": {"night": {"m": 0.41}}} |  | PASS | m of slice night is 0.41; at least 0.4 is wanted
            slices: [night], baseline: champion, max_drop: 0.01 | {"slices": {"night": {"m": 0.41}}} | {"slices": {"night": {"m": 0.47}}} | FAIL | m of slice night is 0.41, 0.06 below the champion's 0.47; at most 0.01 is allowed
            slices: [nigth], threshold: 0.4 | {"slices": {"night": {"m": 0.41}}} |  | FAIL | The candidate has no slice nigth; did you mean night?
            slices: [night], threshold: 0.4 | {"slices": {"night": {"mm": 0.41}}} |  | FAIL | The candidate has no m of slice night; it has mm
            slices: [night], threshold: 0.4 | {"slices": {"night": {"m": "x"}}} |  | FAIL | m of slice night is the text 'x', which is no number
            slices: [night], baseline: champion | {"m": 1} | {"slices": {"night": {"m": 0.47}}} | FAIL | The candidate has no slice night, which the champion has; it has none at all
            slices: [night], baseline: champion, optional: true | {"m": 1} | {"slices": {"night": {"m": 0.47}}} | PASS |
            slices: [night], baseline: champion | {"slices": {"night": {"m": 0.41}}} | {"m": 1} | FAIL | m of slice night cannot be compared: the champion has no m of slice night ('without_baseline: pass' lets a rule do without)
            slices: [night], threshold: 0.4, min_samples: 50 | {"samples": 999, "slices": {"night": {"m": 0.41, "samples": 14}}} |  | INCONCLUSIVE | m of slice night rests on 14 samples, too few to tell: at least 50 are wanted
            slices: [night], threshold: 0.4, min_samples: 50 | {"samples": 999, "slices": {"night": {"m": 0.41}}} |  | FAIL | m of slice night does not say how many samples it rests on, and at least 50 are wanted
            slices: "*", threshold: 0.4 | {"slices": {"a": {"m": 0.5}, "b": {"m": 0.45}, "c": {"m": 0.9}}} |  | PASS | m of slice b is 0.45; at least 0.4 is wanted (the worst of 3 slices)
            slices: "*", threshold: 0.4 | {"slices": {"a": {"m": 0.3}, "b": {"m": 0.2}, "c": {"m": 0.9}}} |  | FAIL | 2 of 3 slices fail; the worst: m of slice b is 0.2, 0.2 below the threshold 0.4
            slices: "*", threshold: 0.4 | {"slices": {"a": {"m": 0.5}, "b": {"m": NaN}}} |  | FAIL | m of slice b is NaN, which is no finite number (the worst of 2 slices)
            slices: "*", threshold: 0.4 | {"slices": {"a": {"m": 0.5}, "b": {"n": 1}}} |  | FAIL | The candidate has no m of slice b; it has n (the worst of 2 slices)
            slices: "*", threshold: 0.4 | {"m": 1} |  | FAIL | The candidate has no slices, and the rule looks at all of them
            slices: "*", threshold: 0.4, optional: true | {"m": 1} |  | PASS | The candidate has no slices, and the rule looks at all of them (let pass, since it is optional)
            slices: "*", baseline: champion | {"slices": {"a": {"m": 0.5}}} | {"slices": {"a": {"m": 0.5}, "b": {"m": 0.4}}} | FAIL | The candidate has no slice b, which the champion has; it has a (the worst of 2 slices)
            slices: "*", baseline: champion | {"slices": {"a": {"m": 0.5}, "b": {"m": 0.5}}} | {"slices": {"a": {"m": 0.4}}} | FAIL | m of slice b cannot be compared: the champion has no m of slice b ('without_baseline: pass' lets a rule do without) (the worst of 2 slices)
            slices: "*", baseline: champion, max_drop: 0.1 | {"slices": {"a": {"m": 0.2}, "b": {"m": 0.8}}} | {"slices": {"a": {"m": 0.2}, "b": {"m": 0.85}}} | PASS | m of slice b is 0.8, 0.05 below the champion's 0.85; at most 0.1 is allowed (the worst of 2 slices)
            slices: "*", threshold: 0.4, min_samples: 50 | {"slices": {"a": {"m": 0.5, "samples": 99}, "b": {"m": 0.9, "samples": 9}}} |  | INCONCLUSIVE | m of slice b rests on 9 samples, too few to tell: at least 50 are wanted (the worst of 2 slices)
            """)
    void slices(String rule, String candidate, String champion, Verdict verdict, String reason) {
        check("metric: m, direction: higher, " + rule, candidate, champion, verdict, reason);
    }

    private static void check(String rule, String candidate, String champion, Verdict verdict, String reason) {
        GateResult result = Gates.evaluate(
                "rules:\n  - {" + rule + "}",
                Gates.measurement(candidate),
                champion == null ? null : Gates.measurement(champion));
        assertThat(result.rules()).hasSize(1);
        if (reason != null) {
            assertThat(result.rules().get(0).reason()).isEqualTo(reason);
        }
        assertThat(result.rules().get(0).verdict()).isEqualTo(verdict);
        assertThat(result.verdict()).isEqualTo(verdict);
    }

    @ParameterizedTest(name = "candidate on {0}, champion on {1}")
    @CsvSource(
            nullValues = "-",
            value = {
                "old, old, PASS, ",
                "new, old, FAIL, m is not comparable: the candidate was measured on new",
                "-, old, FAIL, the candidate's file does not say on which evaluation set",
                "old, -, FAIL, it is not known on which evaluation set the champion was",
                "-, -, PASS, ",
                "old, old?, PASS, ",
                "new?, old, FAIL, is not comparable"
            })
    void numbersFromDifferentEvaluationSetsAreNotComparable(String mine, String other, Verdict verdict, String reason) {
        GateResult result = Gates.evaluate(
                "rules:\n  - {metric: m, direction: higher, threshold: 0, baseline: champion, without_baseline: pass}",
                on(mine),
                on(other));
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.rules().get(0).reason()).contains(reason == null ? "" : reason);
        assertThat(result.notes().isEmpty()).isEqualTo(mine != null || other != null);
    }

    /** A name with a question mark is a set whose content id is not known yet. */
    private static Measurement on(String set) {
        Measurement measurement = Gates.measurement("{\"m\": 1}");
        if (set == null) {
            return measurement;
        }
        String name = set.replace("?", "");
        DatasetVersion version = new DatasetVersion(
                name,
                set.endsWith("?") ? null : Digest.of(name),
                "s3-prefix:" + Digest.of(name),
                "s3://b/" + name,
                1,
                1);
        return new Measurement(
                measurement.origin(),
                measurement.digest(),
                measurement.model(),
                version,
                measurement.evaluator(),
                measurement.metrics(),
                measurement.samples(),
                List.of());
    }

    @Test
    void tooFewSamplesDoNotExcuseNumbersThatAreNotComparable() {
        GateResult result = Gates.evaluate(
                "rules:\n  - {metric: m, direction: higher, baseline: champion, min_samples: 50}",
                Gates.measurement("{\"m\": 1, \"samples\": 3}"),
                on(OLD_SET));
        assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
    }

    @Test
    void anUnusableBaselineFailsWhateverTheRuleSays() {
        RuleSet rules = RuleSet.parse(
                "rules:\n  - {metric: m, direction: higher, threshold: 0, baseline: champion, without_baseline: pass}",
                "gate.yaml");
        GateResult result = new Gate(rules, "gate.yaml", Digest.of("rules"))
                .evaluate(Gates.measurement("{\"m\": 1}"), reference -> new Baseline.Unusable("its run is gone"));
        assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(result.rules().get(0).reason()).isEqualTo("m cannot be compared: its run is gone");
    }

    @Test
    void everyNamedSliceDecidesForItself() {
        GateResult result = Gates.evaluate(
                "rules:\n  - {metric: m, direction: higher, threshold: 0.5, slices: [a, b]}",
                Gates.measurement("{\"slices\": {\"a\": {\"m\": 0.6}, \"b\": {\"m\": 0.4}}}"),
                null);
        assertThat(result.rules()).extracting(RuleResult::verdict).containsExactly(Verdict.PASS, Verdict.FAIL);
        assertThat(result.summary()).isEqualTo("1 of 2 rules failed");
    }

    @Test
    void failWinsOverInconclusiveAndInconclusiveOverPass() {
        String pass = "  - {metric: m, direction: higher, threshold: 0}\n";
        String inconclusive = "  - {metric: m, direction: higher, threshold: 0, min_samples: 9}\n";
        String fail = "  - {metric: m, direction: higher, threshold: 2}\n";
        Measurement candidate = Gates.measurement("{\"m\": 1, \"samples\": 1}");
        assertThat(Gates.evaluate("rules:\n" + pass + inconclusive, candidate, null))
                .returns(Verdict.INCONCLUSIVE, GateResult::verdict)
                .returns("1 of 2 rules inconclusive", GateResult::summary);
        assertThat(Gates.evaluate("rules:\n" + fail + inconclusive + pass, candidate, null))
                .returns(Verdict.FAIL, GateResult::verdict)
                .returns("1 of 3 rules failed, 1 inconclusive", GateResult::summary);
        assertThat(Gates.evaluate("rules:\n" + pass + pass, candidate, null).summary())
                .isEqualTo("All 2 rules hold");
    }

    @Test
    void eachBaselineIsAskedForOnce() {
        RuleSet rules = RuleSet.parse("""
                rules:
                  - {metric: m, direction: higher, baseline: "run:a"}
                  - {metric: m, direction: lower, baseline: "run:a"}
                  - {metric: m, direction: higher, baseline: champion}
                """, "gate.yaml");
        List<String> asked = new ArrayList<>();
        new Gate(rules, "gate.yaml", Digest.of("rules")).evaluate(Gates.measurement("{\"m\": 1}"), reference -> {
            asked.add(reference.toString());
            return new Baseline.None("there is none");
        });
        assertThat(asked).containsExactlyInAnyOrder("run:a", "champion");
    }

    @Test
    void numbersThatDifferAreShownDifferent() {
        GateResult result = Gates.evaluate(
                "rules:\n  - {metric: m, direction: higher, baseline: champion}",
                Gates.measurement("{\"m\": 0.95308641}"),
                Gates.measurement("{\"m\": 0.95308642}"));
        assertThat(result.rules().get(0).reason())
                .isEqualTo("m is 0.95308641, 0.00000001 below the champion's 0.95308642; no drop is allowed");
    }
}
