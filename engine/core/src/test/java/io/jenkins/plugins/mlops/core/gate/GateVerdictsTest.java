package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of {@code docs/gate-verdicts.md} are what gates do. */
class GateVerdictsTest {

    private static final Path PAGE = Path.of("..", "..", "docs", "gate-verdicts.md");
    private static final Pattern CODE = Pattern.compile("`([^`]*)`");

    private static List<List<String>> table(String heading) throws IOException {
        String page = Files.readString(PAGE);
        int start = page.indexOf("\n## " + heading + "\n");
        assertThat(start).isNotNegative();
        int end = page.indexOf("\n## ", start + 1);
        List<List<String>> rows = page.substring(start, end < 0 ? page.length() : end)
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(2)
                .map(line -> Stream.of(line.substring(2, line.length() - 1).split(" \\| "))
                        .map(String::strip)
                        .toList())
                .toList();
        assertThat(rows).hasSizeGreaterThan(5);
        return rows;
    }

    static Stream<Arguments> numbers() throws IOException {
        return table("Numbers").stream().map(row -> Arguments.of(row.get(0), row.get(1), row.get(2), row.get(3)));
    }

    static Stream<Arguments> confidence() throws IOException {
        return table("Confidence").stream()
                .map(row -> Arguments.of(
                        row.get(0),
                        row.subList(1, 5).stream().map(Integer::valueOf).toList(),
                        row.get(5)));
    }

    @ParameterizedTest(name = "{0}: {1} against {2} is {3}")
    @MethodSource("numbers")
    void theRuleSaysSoOfTheNumbers(String rule, String candidate, String champion, String verdict) {
        assertThat(gate(code(rule).get(0), measurement(candidate), champion.equals("–") ? null : measurement(champion)))
                .isEqualTo(Verdict.parse(verdict));
    }

    @ParameterizedTest(name = "{0}: {1} is {2}")
    @MethodSource("confidence")
    void theRuleSaysSoOfTheSamples(String rule, List<Integer> counts, String verdict) {
        Measurement candidate = samples(counts, 0, 1);
        Measurement champion = samples(counts, 0, 2);
        assertThat(gate("confidence: 0.95, " + code(rule).get(0), candidate, champion))
                .isEqualTo(Verdict.parse(verdict));
    }

    private static Verdict gate(String rule, Measurement candidate, Measurement champion) {
        String direction = rule.contains("direction:") ? "" : "direction: higher, ";
        return Gates.evaluate("rules:\n  - {metric: m, " + direction + rule + "}", candidate, champion)
                .verdict();
    }

    private static Measurement measurement(String cell) {
        List<Measurement> seeds = new ArrayList<>();
        code(cell).forEach(json -> seeds.add(Gates.measurement(json)));
        return seeds.get(0).withSeeds(seeds.subList(1, seeds.size()));
    }

    /** @param right the places of the counts whose samples the model got right */
    private static Measurement samples(List<Integer> counts, int... right) {
        StringBuilder lines = new StringBuilder();
        int all = 0;
        int good = 0;
        for (int kind = 0; kind < counts.size(); kind++) {
            int found = kind;
            int value = Arrays.stream(right).anyMatch(place -> place == found) ? 1 : 0;
            for (int i = 0; i < counts.get(kind); i++) {
                lines.append("{\"sample\": %d, \"metrics\": {\"m\": %d}}%n".formatted(all++, value));
                good += value;
            }
        }
        return Gates.measurement(
                String.format(Locale.ROOT, "{\"m\": %s, \"samples_file\": \"s.jsonl\"}", (double) good / all),
                lines.toString());
    }

    private static List<String> code(String cell) {
        return CODE.matcher(cell)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
