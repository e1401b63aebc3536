package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of {@code docs/gates.md} work. */
class GateDocumentationTest {

    private static final Path PAGE = Path.of("..", "..", "docs", "gates.md");

    @Test
    void theRulesAreRulesAndFitTheMetrics() throws IOException {
        RuleSet rules = RuleSet.parse(blocks("yaml").get(0), "docs/gates.md");
        assertThat(rules.rules()).hasSize(4);
        assertThat(RuleSetTest.schemaSays(blocks("yaml").get(0))).isEmpty();
        Measurement candidate = Gates.measurement(blocks("json").get(0));
        assertThat(Gates.evaluate(rules, candidate, candidate).rules())
                .extracting(RuleResult::verdict)
                .containsExactly(Verdict.PASS, Verdict.PASS, Verdict.PASS, Verdict.FAIL);
    }

    @Test
    void theRulesWithConfidenceFitThePerSampleResults() throws IOException {
        RuleSet rules = RuleSet.parse(blocks("yaml").get(1), "docs/gates.md");
        assertThat(rules.rules()).extracting(Rule::confidence).doesNotContainNull();
        assertThat(RuleSetTest.schemaSays(blocks("yaml").get(1))).isEmpty();
        Measurement candidate = Gates.measurement("""
                {"accuracy": 0.5, "samples_file": "samples.jsonl",
                 "slices": {"night": {"accuracy": 0.5}, "rain": {"accuracy": 0}}}
                """, blocks("json").get(2));
        assertThat(Gates.evaluate(rules, candidate, candidate).rules())
                .extracting(RuleResult::verdict)
                .containsExactly(Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE);
    }

    @Test
    void theEvaluationIsAnEvaluation() throws IOException {
        EvaluationRecord evaluation = EvaluationRecord.parse(
                InputFile.of("docs/gates.md", blocks("json").get(1).getBytes(StandardCharsets.UTF_8)));
        assertThat(evaluation.evaluationSet().name()).isEqualTo("digits-eval");
        assertThat(evaluation.parsedMetrics().samples()).isEqualTo(412);
    }

    @ParameterizedTest
    @ValueSource(strings = {"digits", "pytorch-ddp", "yolo"})
    void thePipelinesRulesAreRules(String pipeline) throws IOException {
        Path file = Path.of("..", "..", "pipelines", pipeline, "rules.yaml");
        assertThat(RuleSet.read(file).rules()).isNotEmpty();
        assertThat(RuleSetTest.schemaSays(Files.readString(file))).isEmpty();
    }

    private static List<String> blocks(String language) throws IOException {
        Pattern block = Pattern.compile("^```" + language + "\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
        return block.matcher(Files.readString(PAGE))
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
