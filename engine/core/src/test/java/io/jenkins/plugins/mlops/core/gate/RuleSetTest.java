package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RuleSetTest {

    private static final String EVERY_KEY = """
            # what a rule can say
            rules:
              - metric: mAP
                direction: higher
                threshold: 0.60
                baseline: champion
                max_drop: 1%
                slices: [night, "rain"]
                tolerance: 0.005
                min_samples: 50
                optional: true
                without_baseline: pass
              - {metric: loss/box, direction: lower, baseline: "run:4f2a", max_drop: 0.01, slices: "*"}
              - {metric: latency, direction: lower, baseline: file:../base.json, without_baseline: fail, optional: false}
              - {metric: gain, direction: higher, threshold: -3}
            """;

    @Test
    void everyKeyIsRead() {
        assertThat(RuleSet.parse(EVERY_KEY, "gate.yaml").rules())
                .containsExactly(
                        new Rule(
                                "mAP",
                                Direction.HIGHER,
                                new BigDecimal("0.60"),
                                BaselineReference.CHAMPION,
                                new MaxDrop(BigDecimal.ONE, true),
                                SliceSelection.named(List.of("night", "rain")),
                                new BigDecimal("0.005"),
                                50L,
                                true,
                                true,
                                null),
                        new Rule(
                                "loss/box",
                                Direction.LOWER,
                                null,
                                new BaselineReference(BaselineReference.Kind.RUN, "4f2a"),
                                new MaxDrop(new BigDecimal("0.01"), false),
                                SliceSelection.ALL,
                                BigDecimal.ZERO,
                                null,
                                false,
                                false,
                                null),
                        new Rule(
                                "latency",
                                Direction.LOWER,
                                null,
                                new BaselineReference(BaselineReference.Kind.FILE, "../base.json"),
                                MaxDrop.NONE,
                                SliceSelection.OVERALL,
                                BigDecimal.ZERO,
                                null,
                                false,
                                false,
                                null),
                        new Rule(
                                "gain",
                                Direction.HIGHER,
                                new BigDecimal("-3"),
                                null,
                                MaxDrop.NONE,
                                SliceSelection.OVERALL,
                                BigDecimal.ZERO,
                                null,
                                false,
                                false,
                                null));
        assertThat(schemaSays(EVERY_KEY)).isEmpty();
    }

    @Test
    void jsonIsReadToo(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(
                directory.resolve("gate.json"),
                "{\"rules\": [{\"metric\": \"m\", \"direction\": \"lower\", \"threshold\": 1e-3}]}");
        assertThat(RuleSet.read(file).rules().get(0).threshold()).isEqualByComparingTo("0.001");
    }

    /** Rule files that are refused: what is wrong, the file, and what the message has. */
    static Stream<Arguments> broken() {
        return Stream.of(
                broken("no rules key", "{}", "line 1, column 1", "'rules' is missing"),
                broken("no rules", "rules: []", "line 1, column 8", "at least one rule"),
                broken("rules are no list", "rules: {a: 1}", "line 1, column 8", "list of rules"),
                broken("unknown key above", "rulez:\n  - metric: m", "line 1, column 1", "unknown key 'rulez'"),
                broken(
                        "unknown key in a rule",
                        "rules:\n  - metric: m\n    direction: higher\n    treshold: 1",
                        "line 4, column 5",
                        "unknown key 'treshold'; known are baseline, confidence, correction, direction"),
                broken("a rule is no set of keys", "rules: [mAP]", "line 1, column 9", "a set of keys"),
                broken(
                        "no metric",
                        "rules:\n  - direction: higher\n    threshold: 1",
                        "line 2, column 5",
                        "'metric' is"),
                broken("empty metric", rule("metric: ' '"), "line 2, column 14", "name of a metric"),
                broken(
                        "no direction",
                        "rules:\n  - metric: m\n    threshold: 1",
                        "line 2, column 5",
                        "higher or lower"),
                broken(
                        "other direction",
                        rule("metric: m, direction: up"),
                        "line 2, column 28",
                        "'up' is no direction"),
                broken(
                        "neither limit",
                        rule("metric: m, direction: higher"),
                        "line 2, column 5",
                        "threshold, a baseline"),
                broken("text for a number", rule("threshold: high"), "line 2, column 17", "not the text 'high'"),
                broken("quoted number", rule("threshold: '0.6'"), "line 2, column 17", "not the text '0.6'"),
                broken("NaN", rule("threshold: .nan"), "line 2, column 17", "finite number"),
                broken("huge number", rule("threshold: 1.0e+999"), "line 2, column 17", "too large"),
                broken("absurd number", rule("threshold: 1.0e+999999999"), "line 2, column 17", ""),
                broken(
                        "unknown baseline",
                        rule("baseline: best"),
                        "line 2, column 16",
                        "champion, run:ID and file:PATH"),
                broken(
                        "run without id",
                        rule("baseline: 'run:'"),
                        "line 2, column 16",
                        "champion, run:ID and file:PATH"),
                broken(
                        "negative max_drop",
                        rule("baseline: champion, max_drop: -0.1"),
                        "line 2, column 36",
                        "rules[0].max_drop): it is negative"),
                broken(
                        "negative percentage",
                        rule("baseline: champion, max_drop: -1%"),
                        "line 2, column 36",
                        "negative"),
                broken(
                        "odd percentage",
                        rule("baseline: champion, max_drop: 1 pct"),
                        "line 2, column 36",
                        "such as 1%"),
                broken(
                        "max_drop without baseline",
                        rule("metric: m, direction: higher, threshold: 1, max_drop: 1"),
                        "line 2, column 50",
                        "without a baseline"),
                broken(
                        "without_baseline without baseline",
                        rule("metric: m, direction: higher, threshold: 1, without_baseline: pass"),
                        "line 2, column 50",
                        "without a baseline"),
                broken("negative tolerance", rule("tolerance: -1"), "line 2, column 17", "negative"),
                broken("no samples", rule("min_samples: 0"), "line 2, column 19", "1 or more"),
                broken("half a sample", rule("min_samples: 1.5"), "line 2, column 19", "1 or more"),
                broken("one slice as text", rule("slices: night"), "line 2, column 14", "list of names"),
                broken("star in a list", rule("slices: ['*']"), "line 2, column 15", "without a list"),
                broken("slice twice", rule("slices: [a, a]"), "line 2, column 18", "stands twice"),
                broken("percentage", rule("confidence: 95"), "line 2, column 18", "such as 0.95"),
                broken("a coin", rule("confidence: 0.5"), "line 2, column 18", "such as 0.95"),
                broken("certainty", rule("confidence: 1"), "line 2, column 18", "such as 0.95"),
                broken("level as text", rule("confidence: '0.95'"), "line 2, column 18", "not the text '0.95'"),
                broken(
                        "too few groups",
                        rule("metric: m, direction: lower, threshold: 1, confidence: 0.9, min_groups: 4"),
                        "line 2, column 78",
                        "5 or more"),
                broken(
                        "groups without confidence",
                        rule("metric: m, direction: lower, threshold: 1, min_groups: 10"),
                        "line 2, column 49",
                        "min_groups says nothing without confidence"),
                broken("negative seed", "seed: -1\nrules: []", "line 1, column 7", "0 or more"),
                broken("seed as text", "seed: abc\nrules: []", "line 1, column 7", "whole number"),
                broken("no slices", rule("slices: []"), "line 2, column 14", "no slice is named"),
                broken("optional is no flag", rule("optional: 'yes'"), "line 2, column 16", "true or false"),
                broken(
                        "without_baseline is odd",
                        rule("without_baseline: maybe"),
                        "line 2, column 24",
                        "pass or fail"));
    }

    private static String rule(String keys) {
        return "rules:\n  - {" + keys + "}";
    }

    private static Arguments broken(String what, String text, String place, String message) {
        return Arguments.of(what, text, place, message);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void aBrokenFileIsRefusedWithItsPlace(String what, String text, String place, String message) {
        assertThatThrownBy(() -> RuleSet.parse(text, "gate.yaml"))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageStartingWith("gate.yaml, " + place)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void theSchemaRefusesWhatTheParserRefuses(String what, String text, String place, String message) {
        // how large a number may be is the parser's own, and the validator's YAML reader fails on .nan by itself
        assumeThat(what).isNotIn("NaN", "huge number", "absurd number");
        assertThat(schemaSays(text)).isNotEmpty();
    }

    @Test
    void duplicateKeysAliasesAndBrokenYamlAreRefused() {
        assertThatThrownBy(() -> RuleSet.parse(rule("metric: m, metric: n"), "gate.yaml"))
                .hasMessageContaining("line 2")
                .hasMessageContaining("metric");
        assertThatThrownBy(() -> RuleSet.parse("rules:\n  - {metric: &a m, direction: *a}", "gate.yaml"))
                .hasMessageContaining("line 2")
                .hasMessageContaining("aliases");
        assertThatThrownBy(() -> RuleSet.parse("rules:\n  - metric: m\n    slices: *\n", "gate.yaml"))
                .hasMessageContaining("gate.yaml, line 3");
        assertThatThrownBy(() -> RuleSet.parse("rules: [", "gate.yaml")).hasMessageContaining("gate.yaml, line 1");
        assertThatThrownBy(() -> RuleSet.parse("", "gate.yaml")).isInstanceOf(MlopsException.class);
    }

    @Test
    void confidenceHasALevelAndGroups() {
        String text = "seed: 7\nrules:\n  - {metric: m, direction: lower, threshold: 1, confidence: 0.95";
        assertThat(RuleSet.parse(text + "}", "gate.yaml").rules().get(0).confidence())
                .isEqualTo(new Confidence(new BigDecimal("0.95"), 10, Correction.HOLM));
        RuleSet rules = RuleSet.parse(text + ", min_groups: 30}", "gate.yaml");
        assertThat(rules.rules().get(0).confidence())
                .isEqualTo(new Confidence(new BigDecimal("0.95"), 30, Correction.HOLM));
        assertThat(rules.seed()).isEqualTo(7);
        assertThat(schemaSays(text + ", min_groups: 30}")).isEmpty();
    }

    static List<?> schemaSays(String yaml) {
        try (InputStream in = RuleSet.class.getResourceAsStream(RuleSet.SCHEMA_RESOURCE)) {
            Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8), InputFormat.JSON);
            return schema.validate(yaml, InputFormat.YAML);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
