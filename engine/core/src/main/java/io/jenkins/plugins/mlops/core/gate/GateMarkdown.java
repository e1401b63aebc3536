package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The result as Markdown, for pull requests: verdict, failed rules, one table. */
final class GateMarkdown {

    /** What can mean something inside a line: emphasis, code, links, HTML, table cells, mathematics, mentions, headings. */
    private static final String SPECIAL = "\\`*_[]<>#|~&$@";

    private GateMarkdown() {}

    static String render(GateResult result) {
        StringBuilder out = new StringBuilder();
        out.append("## Gate: ").append(word(result.verdict())).append("\n\n");
        out.append(sentence(result.shortSummary())).append("\n\n");
        List<RuleResult> open = result.rules().stream()
                .filter(r -> r.verdict() != Verdict.PASS)
                .sorted((a, b) -> b.verdict().compareTo(a.verdict()))
                .toList();
        for (String refusal : result.refusals()) {
            out.append("- **")
                    .append(word(Verdict.FAIL))
                    .append("**: ")
                    .append(sentence(refusal))
                    .append('\n');
        }
        for (RuleResult rule : open) {
            out.append("- **")
                    .append(word(rule.verdict()))
                    .append("**: ")
                    .append(sentence(rule.reason()))
                    .append('\n');
        }
        out.append(open.isEmpty() && result.refusals().isEmpty() ? "" : "\n");
        boolean intervals = result.statistics() != null;
        out.append("| Verdict | Metric | Slice | Better | Value | Limit | Baseline |")
                .append(intervals ? " Interval |" : "")
                .append(" Reason |\n");
        out.append("| --- | --- | --- | --- | ---: | ---: | ---: |")
                .append(intervals ? " --- |" : "")
                .append(" --- |\n");
        for (RuleResult rule : result.rules()) {
            Check check = rule.deciding();
            List<String> cells = new ArrayList<>(List.of(
                    word(check.verdict()),
                    escaped(rule.rule().metric()),
                    check.slice() == null ? "overall" : escaped(check.slice()),
                    rule.rule().direction().toString(),
                    escaped(Decimals.text(check.value())),
                    check.limit() == null ? "\u2013" : escaped(Decimals.text(check.limit())),
                    escaped(Decimals.text(check.baseline()))));
            if (intervals) {
                cells.add(escaped(check.intervalText()));
            }
            cells.add(sentence(rule.reason()));
            out.append(row(cells));
        }
        out.append('\n');
        out.append(source("Candidate", result.candidate()));
        for (Baseline.Found baseline : result.baselines()) {
            out.append(source("Baseline", baseline.measurement()));
        }
        for (String note : result.remarks()) {
            out.append("- ").append(sentence(note)).append('\n');
        }
        return out.toString();
    }

    private static String source(String title, Measurement measurement) {
        return "- " + title + ": " + escaped(measurement.origin())
                + (measurement.model() == null
                        ? ""
                        : ", model " + escaped(measurement.model().toString()))
                + (measurement.evaluationSet() == null
                        ? ""
                        : ", measured on " + escaped(Comparability.shown(measurement.evaluationSet())))
                + "\n";
    }

    private static String row(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String word(Verdict verdict) {
        return verdict.toString().toUpperCase(Locale.ROOT);
    }

    private static String sentence(String text) {
        return escaped(text) + (text.endsWith("?") ? "" : ".");
    }

    /** Printable, on one line, and without meaning to Markdown, HTML in it, or mentions. */
    private static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length() + 8);
        PrintableText.of(text).codePoints().forEach(c -> {
            if (SPECIAL.indexOf(c) >= 0) {
                out.append('\\');
            }
            out.appendCodePoint(c);
        });
        return out.toString();
    }
}
