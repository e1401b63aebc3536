package io.jenkins.plugins.mlops.core.gate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The result as one HTML page that needs nothing else: no script, no external resource. Where styles are blocked, as on Jenkins,
 * it is a plain page with every number in it.
 */
final class GateHtml {

    private static final String STYLE = "gate-report.css";
    private static final int MAX_METRICS = 500;
    private static final int MAX_CURVES = 12;
    private static final int MAX_SLICE_CHARTS = 12;
    private static final String NOTHING = "\u2013";

    private final GateResult result;
    /** Null when there is none. */
    private final Metrics baseline;

    private final MarkupWriter html = new MarkupWriter("<!DOCTYPE html>\n");

    private GateHtml(GateResult result) {
        this.result = result;
        this.baseline = result.baselines().isEmpty()
                ? null
                : result.baselines().get(0).measurement().metrics();
    }

    static String render(GateResult result) {
        GateHtml page = new GateHtml(result);
        page.head();
        page.verdict();
        page.rules();
        page.slices();
        page.confusionMatrices();
        page.curves();
        page.metrics();
        page.sources();
        return page.html.finish();
    }

    private void head() {
        html.start("html", "lang", "en", "xmlns", "http://www.w3.org/1999/xhtml")
                .line();
        html.start("head").line();
        html.empty("meta", "charset", "utf-8").line();
        html.empty(
                        "meta",
                        "http-equiv",
                        "Content-Security-Policy",
                        "content",
                        "default-src 'none'; style-src 'unsafe-inline'")
                .line();
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
                .line();
        html.empty("meta", "name", "color-scheme", "content", "light dark").line();
        html.element("title", "Gate: " + result.verdict()).line();
        html.start("style").line().raw(style()).end().line().end().line();
        html.start("body").line().start("main").line();
    }

    private void verdict() {
        html.start("header", "class", result.verdict()).line();
        html.start("h1").text("Gate: ").element("strong", word(result.verdict()), "class", "verdict");
        html.end().line().element("p", result.shortSummary() + ".").line();
        List<RuleResult> open = new ArrayList<>(result.with(Verdict.FAIL));
        open.addAll(result.with(Verdict.INCONCLUSIVE));
        if (!open.isEmpty() || !result.refusals().isEmpty()) {
            html.start("ul").line();
            for (String refusal : result.refusals()) {
                html.start("li").element("strong", word(Verdict.FAIL)).text(": " + sentence(refusal));
                html.end().line();
            }
            for (RuleResult rule : open) {
                html.start("li").element("strong", word(rule.verdict())).text(": " + sentence(rule.reason()));
                html.end().line();
            }
            html.end().line();
        }
        for (String note : result.remarks()) {
            html.start("p").element("em", "Note: " + sentence(note)).end().line();
        }
        html.end().line();
    }

    private void rules() {
        heading("Rules");
        html.start("div", "class", "wide").line();
        html.start("table", "border", 1, "cellpadding", 4, "class", "rules")
                .element("caption", "Every rule with its numbers, in the order of " + result.ruleFile())
                .line();
        html.start("thead").start("tr");
        List<String> columns =
                new ArrayList<>(List.of("Metric", "Slice", "Verdict", "Better", "Value", "Limit", "Baseline"));
        if (result.statistics() != null) {
            columns.add("Interval");
        }
        columns.add("Reason");
        for (String column : columns) {
            html.element("th", column, "scope", "col");
        }
        html.end().end().line().start("tbody").line();
        for (RuleResult rule : result.rules()) {
            Check check = rule.deciding();
            html.start("tr", "class", check.verdict())
                    .element("th", rule.rule().metric(), "scope", "row")
                    .element("td", check.slice() == null ? "overall" : check.slice())
                    .start("td")
                    .element("strong", word(check.verdict()), "class", "verdict")
                    .end()
                    .element("td", rule.rule().direction().toString())
                    .element("td", Decimals.text(check.value()), "class", "number", "align", "right")
                    .element("td", limit(rule), "class", "number", "align", "right")
                    .element("td", Decimals.text(check.baseline()), "class", "number", "align", "right");
            if (result.statistics() != null) {
                html.element("td", check.intervalText(), "class", "number", "align", "right");
            }
            html.element("td", sentence(rule.reason()), "class", "reason").end().line();
        }
        html.end().end().end().line();
    }

    private static String limit(RuleResult rule) {
        BigDecimal limit = rule.deciding().limit();
        return limit == null
                ? NOTHING
                : (rule.rule().direction() == Direction.HIGHER ? "\u2265\u00a0" : "\u2264\u00a0")
                        + Decimals.text(limit);
    }

    private void slices() {
        List<SliceChart> charts = SliceChart.of(result, result.metrics());
        if (charts.isEmpty()) {
            return;
        }
        heading("Slices");
        for (int i = 0; i < Math.min(charts.size(), MAX_SLICE_CHARTS); i++) {
            charts.get(i).draw(html, "slices" + i);
            charts.get(i).table(html);
        }
        leftOut(charts.size(), MAX_SLICE_CHARTS, "metrics");
    }

    private void confusionMatrices() {
        ConfusionMatrix candidate = result.candidate().metrics().confusionMatrix();
        ConfusionMatrix other = baseline == null ? null : baseline.confusionMatrix();
        if (candidate == null && other == null) {
            return;
        }
        heading("Confusion matrix");
        html.start("div", "class", "beside").line();
        if (candidate != null) {
            confusionMatrix(candidate, "confusion0", "the candidate");
        }
        if (other != null) {
            confusionMatrix(other, "confusion1", result.baselines().get(0).name());
        }
        html.end().line();
    }

    private void confusionMatrix(ConfusionMatrix matrix, String id, String whose) {
        ConfusionChart chart = new ConfusionChart(matrix);
        html.start("div").line();
        chart.draw(html, id, whose);
        chart.table(html, whose);
        html.end().line();
    }

    private void curves() {
        Map<String, Curve> curves = result.candidate().metrics().curves();
        if (curves.isEmpty()) {
            return;
        }
        heading("Curves");
        html.start("div", "class", "beside").line();
        int drawn = 0;
        for (Map.Entry<String, Curve> curve : curves.entrySet()) {
            if (drawn == MAX_CURVES) {
                break;
            }
            new CurveChart(
                            curve.getKey(),
                            curve.getValue(),
                            baseline == null ? null : baseline.curves().get(curve.getKey()))
                    .draw(html, "curve" + drawn);
            drawn++;
        }
        html.end().line();
        leftOut(curves.size(), MAX_CURVES, "curves");
    }

    private void metrics() {
        Map<String, Double> candidate = result.candidate().metrics().overall();
        SortedSet<String> names = new TreeSet<>(candidate.keySet());
        if (baseline != null) {
            names.addAll(baseline.overall().keySet());
        }
        if (names.isEmpty()) {
            return;
        }
        heading("All metrics");
        Map<String, Direction> directions = result.directions();
        ReportTable table = baseline == null
                ? new ReportTable(html, "Overall numbers", "Metric", "Candidate")
                : new ReportTable(html, "Overall numbers", "Metric", "Candidate", "Baseline", "Change");
        names.stream().limit(MAX_METRICS).forEach(name -> {
            Double mine = candidate.get(name);
            if (baseline == null) {
                table.row(name, Decimals.text(mine));
            } else {
                Double other = baseline.overall().get(name);
                table.row(name, Decimals.text(mine), Decimals.text(other), change(mine, other, directions.get(name)));
            }
        });
        table.finish();
        leftOut(names.size(), MAX_METRICS, "metrics");
    }

    private static String change(Double mine, Double other, Direction direction) {
        if (mine == null || other == null || !Metrics.isFinite(mine) || !Metrics.isFinite(other)) {
            return NOTHING;
        }
        BigDecimal change = Decimals.of(mine).subtract(Decimals.of(other));
        String judged = direction == null || change.signum() == 0
                ? ""
                : direction.gain(Decimals.of(mine), Decimals.of(other)).signum() > 0 ? " (better)" : " (worse)";
        return (change.signum() > 0 ? "+" : "") + Decimals.text(change).replace('-', '\u2212') + judged;
    }

    private void sources() {
        heading("Where the numbers come from");
        ReportTable table = new ReportTable(
                html,
                "Files, models and evaluation sets",
                "",
                "File or run",
                "File's digest",
                "Model",
                "Evaluation set");
        source(table, "Candidate", result.candidate());
        for (Baseline.Found found : result.baselines()) {
            source(table, "Baseline: " + found.name(), found.measurement());
        }
        table.row("Rules", result.ruleFile(), result.ruleDigest().toString(), NOTHING, NOTHING);
        table.finish();
    }

    private static void source(ReportTable table, String title, Measurement measurement) {
        table.row(
                title,
                measurement.origin(),
                Objects.toString(measurement.digest(), NOTHING),
                Objects.toString(measurement.model(), "not stated"),
                measurement.evaluationSet() == null ? "not stated" : Comparability.shown(measurement.evaluationSet()));
    }

    private void heading(String text) {
        html.element("h2", text).line();
    }

    private void leftOut(int size, int shown, String what) {
        if (size > shown) {
            html.element("p", "The first " + shown + " of " + size + " " + what + " are shown.")
                    .line();
        }
    }

    private static String word(Verdict verdict) {
        return verdict.toString().toUpperCase(Locale.ROOT);
    }

    private static String sentence(String reason) {
        return reason.endsWith("?") ? reason : reason + ".";
    }

    private static String style() {
        try (InputStream in = Objects.requireNonNull(GateHtml.class.getResourceAsStream(STYLE), STYLE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the style of the report is a resource of ours", e);
        }
    }
}
