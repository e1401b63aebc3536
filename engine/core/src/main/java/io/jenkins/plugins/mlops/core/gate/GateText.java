package io.jenkins.plugins.mlops.core.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The result for a terminal: an aligned table, and last what a reader looks for first, the reasons of the rules that do not hold. */
final class GateText {

    private static final List<String> HEADER = List.of("VERDICT", "METRIC", "SLICE", "VALUE", "LIMIT", "BASELINE");
    private static final int FIRST_NUMBER_COLUMN = 3;

    private GateText() {}

    static String render(GateResult result) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        GateReports.lines(result).forEach(line -> rows.add(row(line)));
        StringBuilder out = new StringBuilder();
        int[] widths = widths(rows);
        rows.forEach(row -> out.append(line(row, widths)).append('\n'));
        out.append('\n');
        result.remarks().forEach(note -> out.append("note: ").append(note).append('\n'));
        out.append("gate: ")
                .append(word(result.verdict()))
                .append(" (")
                .append(lowered(result.shortSummary()))
                .append(")\n");
        result.refusals().forEach(refusal -> out.append("  ").append(refusal).append('\n'));
        for (Verdict verdict : List.of(Verdict.INCONCLUSIVE, Verdict.FAIL)) {
            result.with(verdict)
                    .forEach(rule -> out.append("  ").append(rule.reason()).append('\n'));
        }
        return out.toString();
    }

    private static List<String> row(RuleLine rule) {
        return Stream.of(
                        word(Verdict.parse(rule.verdict())),
                        rule.metric(),
                        rule.slice(),
                        rule.value(),
                        rule.limit(),
                        rule.baseline())
                .map(cell -> cell == null ? "-" : cell)
                .toList();
    }

    private static int[] widths(List<List<String>> rows) {
        int[] widths = new int[HEADER.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], length(row.get(i)));
            }
        }
        return widths;
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - length(row.get(i)));
            line.append(i == 0 ? "" : "  ");
            line.append(i < FIRST_NUMBER_COLUMN ? row.get(i) + padding : padding + row.get(i));
        }
        return line.toString().stripTrailing();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String word(Verdict verdict) {
        return verdict == Verdict.PASS ? "pass" : verdict.toString().toUpperCase(Locale.ROOT);
    }

    private static String lowered(String sentence) {
        return sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
    }
}
