package io.jenkins.plugins.mlops.core.gate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** One metric by slice: a bar for the candidate, a thin one for the baseline, a mark at the limit, and the same as a table. */
final class SliceChart {

    private static final int MAX_ROWS = 60;
    private static final int LABEL_WIDTH = 150;
    private static final int BAR_WIDTH = 400;
    private static final int VALUE_WIDTH = 130;
    private static final int ROW_HEIGHT = 30;
    private static final int LABEL_CHARACTERS = 20;
    private static final String OVERALL = "overall";

    /** A row: the overall number (slice null) or a slice's. */
    private record Row(String slice, Double candidate, Double baseline, Long samples, Check check) {
        String label() {
            return slice == null ? OVERALL : slice;
        }
    }

    private final String metric;
    private final List<Row> rows = new ArrayList<>();
    private final int left;

    private double low;
    private double high;

    SliceChart(GateResult result, String metric) {
        this.metric = metric;
        Metrics candidate = result.candidate().metrics();
        Metrics baseline = result.baselines().isEmpty()
                ? Metrics.of(Map.of())
                : result.baselines().get(0).measurement().metrics();
        Map<String, Check> checks = result.sliceChecks(metric);
        TreeSet<String> slices = new TreeSet<>();
        for (Metrics metrics : List.of(candidate, baseline)) {
            metrics.slices().forEach((slice, values) -> {
                if (values.containsKey(metric)) {
                    slices.add(slice);
                }
            });
        }
        checks.keySet().stream()
                .filter(s -> !s.equals(SliceSelection.ALL_SLICES))
                .forEach(slices::add);
        if (!slices.isEmpty()) {
            Check overall = result.rules().stream()
                    .filter(r ->
                            r.rule().metric().equals(metric) && r.deciding().slice() == null)
                    .map(RuleResult::deciding)
                    .min(Check.WORST_FIRST)
                    .orElse(null);
            add(new Row(
                    null,
                    candidate.overall().get(metric),
                    baseline.overall().get(metric),
                    candidate.samples(),
                    overall));
        }
        for (String slice : slices) {
            add(new Row(
                    slice,
                    candidate.slices().getOrDefault(slice, Metrics.NO_NUMBERS).get(metric),
                    baseline.slices().getOrDefault(slice, Metrics.NO_NUMBERS).get(metric),
                    candidate.sliceSamples().get(slice),
                    checks.get(slice)));
        }
        left = Math.max(0, rows.size() - MAX_ROWS);
        if (high > 0.5 && high < 1 && low >= 0) {
            high = 1;
        }
    }

    /** Whether no slice has the metric. */
    boolean isEmpty() {
        return rows.isEmpty();
    }

    private void add(Row row) {
        if (row.candidate == null && row.baseline == null && row.check == null) {
            return;
        }
        rows.add(row);
        Double limit = row.check == null || row.check.limit() == null
                ? null
                : row.check.limit().doubleValue();
        for (Double value : new Double[] {row.candidate, row.baseline, limit}) {
            if (value != null && Metrics.isFinite(value)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
    }

    void draw(MarkupWriter html, String id) {
        List<Row> drawn = rows.subList(0, rows.size() - left);
        boolean baselines = rows.stream().anyMatch(r -> r.baseline != null);
        html.start("figure");
        Chart chart = new Chart(
                html,
                id,
                LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH,
                drawn.size() * ROW_HEIGHT + 12,
                metric + " by slice",
                "A bar for each slice's " + metric + (baselines ? ", a thin bar for the baseline's" : "")
                        + ", and a mark where a rule has its limit. The numbers are in the table below.");
        chart.line(x(0), 2, x(0), drawn.size() * ROW_HEIGHT + 8.0, 1, 0.5);
        for (int i = 0; i < drawn.size(); i++) {
            draw(chart, drawn.get(i), 6 + i * (double) ROW_HEIGHT);
        }
        chart.finish();
        html.start("figcaption").element("b", metric);
        html.text(": bar, the candidate" + (baselines ? "; thin bar, the baseline" : "")
                + "; mark, the limit that a rule sets"
                + (left > 0 ? "; the first " + MAX_ROWS + " of " + rows.size() + " rows are drawn" : ""));
        html.end().end().line();
    }

    private void draw(Chart chart, Row row, double y) {
        boolean failed = row.check != null && row.check.verdict() == Verdict.FAIL;
        chart.text(LABEL_WIDTH - 8, y + 14, "end", Chart.cut(row.label(), LABEL_CHARACTERS));
        bar(chart, row.candidate, y + 2, 12, failed ? Chart.BAD : Chart.CANDIDATE);
        bar(chart, row.baseline, y + 16, 5, Chart.BASELINE);
        if (row.check != null && row.check.limit() != null) {
            double x = x(row.check.limit().doubleValue());
            chart.line(x, y - 2, x, y + 23, 2.5, 1);
        }
        chart.text(
                LABEL_WIDTH + BAR_WIDTH + 10,
                y + 14,
                "start",
                Decimals.text(row.candidate)
                        + (row.check == null || row.check.verdict() == Verdict.PASS ? "" : " " + row.check.verdict()));
    }

    private void bar(Chart chart, Double value, double y, double height, String colour) {
        if (value != null && Metrics.isFinite(value)) {
            double x = x(value);
            chart.bar(Math.min(x, x(0)), y, Math.max(1, Math.abs(x - x(0))), height, colour);
        }
    }

    private double x(double value) {
        // halves, since the distance of two finite doubles may be infinite
        double width = high / 2 - low / 2;
        return LABEL_WIDTH + (width == 0 ? 0 : (value / 2 - low / 2) / width * BAR_WIDTH);
    }

    void table(MarkupWriter html) {
        html.start("details")
                .element("summary", "Numbers of " + metric + " by slice")
                .line();
        boolean intervals = rows.stream()
                .anyMatch(row -> row.check != null && !row.check.intervals().isEmpty());
        List<String> columns =
                new ArrayList<>(List.of("Slice", "Candidate", "Baseline", "Limit", "Samples", "Verdict"));
        if (intervals) {
            columns.add("Interval");
        }
        ReportTable table = new ReportTable(html, metric + " by slice", columns.toArray(String[]::new));
        for (Row row : rows) {
            Check check = row.check;
            List<String> cells = new ArrayList<>(List.of(
                    Decimals.text(row.candidate),
                    Decimals.text(row.baseline),
                    check == null || check.limit() == null ? "\u2013" : Decimals.text(check.limit()),
                    Objects.toString(row.samples, "\u2013"),
                    check == null ? "no rule" : check.verdict().toString()));
            if (intervals) {
                cells.add(check == null ? "\u2013" : check.intervalText());
            }
            table.row(row.label(), cells.toArray(String[]::new));
        }
        table.finish();
        html.end().line();
    }

    /** The charts of those metrics that slices have. */
    static List<SliceChart> of(GateResult result, Collection<String> metrics) {
        return metrics.stream()
                .map(metric -> new SliceChart(result, metric))
                .filter(chart -> !chart.isEmpty())
                .toList();
    }
}
