package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose numbers are compared, and whose records are refused. */
class EvaluatorTest {

    private static final Digest MODEL = Digest.of("model");
    private static final Digest SET = Digest.of("set");
    private static final String RULES = "rules:\n  - {metric: m, direction: higher, baseline: champion}\n";

    /** @param facts such as {@code image=a command=b} with underscores for blanks; empty for none */
    private static Measurement measured(Digest model, Digest set, String facts, double value) {
        Map<String, String> evaluator = new LinkedHashMap<>();
        for (String fact : facts.isBlank() ? new String[0] : facts.split(" ")) {
            evaluator.put(
                    fact.substring(0, fact.indexOf('=')),
                    fact.substring(fact.indexOf('=') + 1).replace('_', ' '));
        }
        EvaluationRecord evaluation = new EvaluationRecord(
                EvaluationRecord.SCHEMA,
                model,
                set == null ? null : new DatasetVersion("eval", set, "manifest:" + set, "s3://b/eval", 1, 1),
                evaluator,
                null,
                Documents.json().createObjectNode().put("m", value));
        return Measurement.of(
                InputFile.of("evaluation.json", Documents.toJson(evaluation).getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest(name = "{0}: {1} and {2}")
    @CsvSource({
        "same, image=r@sha256:1 commit=a, image=mirror@sha256:1 commit=b, PASS",
        "same, image=r@sha256:1, image=r@sha256:2, FAIL",
        "any, image=r@sha256:1, image=r@sha256:2, PASS",
        "same, environment=1, environment=2, FAIL",
        "same, image=r@sha256:1 environment=1, image=r@sha256:1 environment=2, PASS",
        "same, environment=1 command=/a/bin/python_eval.py, environment=1 command=python_eval.py, PASS",
        "same, environment=1 command=python_eval.py, environment=1 command=python_eval.py_--fast, FAIL",
        "same, params=1, params=2, FAIL",
        "same, environment=1 command=c commit=1 params=1, environment=1 command=c commit=1, FAIL",
        "same, environment=1, '', PASS",
        "same, seed=1, seed=2, PASS",
        "exact, environment=1 command=c commit=1 seed=1, environment=1 command=c commit=1 seed=2, PASS",
        "exact, environment=1 command=c commit=1, environment=1 command=c commit=2, FAIL",
        "exact, environment=1 command=c commit=1, environment=1 command=c, FAIL",
        "exact, environment=1 command=c commit=1 changes=2, environment=1 command=c commit=1, FAIL",
        "exact, '', '', FAIL",
    })
    void numbersAreComparedWhereTheEvaluatorsAgree(String policy, String mine, String theirs, Verdict verdict) {
        GateResult result = Gates.evaluate(
                "evaluator: " + policy + "\n" + RULES,
                measured(MODEL, SET, mine, 0.9),
                measured(MODEL, SET, theirs, 0.8));
        assertThat(result.verdict()).isEqualTo(verdict);
        if (verdict == Verdict.FAIL) {
            assertThat(result.rules().get(0).reason()).startsWith("m is not comparable: ");
        }
    }

    @Test
    void whatDiffersIsNamed() {
        Measurement candidate = measured(MODEL, SET, "image=r@sha256:1 commit=a", 0.9);
        Measurement champion = measured(MODEL, SET, "image=r@sha256:2 commit=a", 0.8);
        assertThat(Gates.evaluate(RULES, candidate, champion).rules().get(0).reason())
                .isEqualTo(
                        "m is not comparable: the candidate was evaluated with the image r@sha256:1, the champion with"
                                + " the image r@sha256:2 ('mlops evaluate' measures both with one evaluator,"
                                + " 'evaluator: any' compares all the same)");
        assertThat(Gates.evaluate("evaluator: any\n" + RULES, candidate, champion)
                        .notes())
                .containsExactly("The evaluators of the candidate and of the champion differ: the image r@sha256:1 and"
                        + " the image r@sha256:2");
    }

    private static GateResult judge(Measurement candidate, Wanted wanted, String rules) {
        return new Gate(RuleSet.parse(rules, "gate.yaml"), "gate.yaml", Digest.of("rules"))
                .evaluate(candidate, reference -> new Baseline.Found("the champion", candidate), wanted);
    }

    @Test
    void aRecordOfAnotherModelOrSetFailsWhateverItsNumbersAre() {
        Measurement candidate = measured(MODEL, SET, "", 0.9);
        Digest other = Digest.of("other");
        assertThat(judge(candidate, new Wanted(MODEL, "it", SET.toString()), RULES)
                        .verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(judge(candidate, new Wanted(null, null, "manifest:" + SET), RULES)
                        .verdict())
                .isEqualTo(Verdict.PASS);
        GateResult wrongModel = judge(candidate, new Wanted(other, "that of run 4f", null), RULES);
        assertThat(wrongModel.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(wrongModel.summary())
                .isEqualTo("The candidate's record is refused: evaluation.json measured the model " + MODEL
                        + ", and not that of run 4f, which is " + other);
        assertThat(judge(candidate, Wanted.ANYTHING, "evaluation_set: " + other + "\n" + RULES)
                        .refusals())
                .singleElement()
                .asString()
                .startsWith("evaluation.json was measured on eval (sha256:")
                .endsWith(", and " + other + " is wanted");
        assertThat(judge(candidate, new Wanted(null, null, SET.toString()), "evaluation_set: " + other + "\n" + RULES)
                        .verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(judge(measured(null, null, "", 0.9), new Wanted(MODEL, "it", SET.toString()), RULES)
                        .refusals())
                .hasSize(2);
    }

    @Test
    void everyReportTellsTheRefusal() {
        GateResult refused = judge(measured(MODEL, SET, "", 0.9), new Wanted(Digest.of("other"), "it", null), RULES);
        String refusal = refused.refusals().get(0);
        assertThat(GateText.render(refused))
                .contains("gate: FAIL (the candidate's record is refused)\n  " + refusal + "\n");
        assertThat(GateJunit.render(refused)).contains("failures=\"1\"", "tests=\"2\"", "name=\"record 1\"", refusal);
        assertThat(GateHtml.render(refused)).contains(refusal);
        assertThat(GateMarkdown.render(refused)).contains("- **FAIL**: evaluation.json measured the model");
        assertThat(Documents.toJson(GateDocument.of(refused))).contains("\"refusals\"", "\"verdict\" : \"fail\"");
    }

    @Test
    void seedsOfAnotherSetOrEvaluatorHaveNoMedian() {
        Measurement candidate = measured(MODEL, SET, "environment=1 seed=1", 0.9);
        String rules = "rules:\n  - {metric: m, direction: higher, threshold: 0.5, seeds: 2}\n";
        assertThat(judge(
                                candidate.withSeeds(List.of(measured(MODEL, SET, "environment=1 seed=2", 0.8))),
                                Wanted.ANYTHING,
                                rules)
                        .verdict())
                .isEqualTo(Verdict.PASS);
        for (Measurement other : List.of(
                measured(MODEL, Digest.of("other"), "environment=1 seed=2", 0.8),
                measured(MODEL, SET, "environment=2 seed=2", 0.8))) {
            GateResult result = judge(candidate.withSeeds(List.of(other)), Wanted.ANYTHING, rules);
            assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
            assertThat(result.rules().get(0).reason())
                    .startsWith("m (median of 2 seeds) has no median: the candidate was ");
        }
    }

    @Test
    void aRecordIsOneSeed() {
        Measurement candidate = measured(MODEL, SET, "", 0.9);
        assertThatThrownBy(() -> candidate.withSeeds(List.of(measured(MODEL, SET, "", 0.9))))
                .isInstanceOf(MlopsException.class)
                .hasMessage("The record evaluation.json is given twice: every seed has a record of its own");
    }
}
