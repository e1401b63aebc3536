package io.jenkins.plugins.mlops.core.gate;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A confusion matrix as a heat map: rows are true classes, columns predicted ones; a cell is the deeper, the larger its share of
 * the row. Right answers and mistakes have different colours.
 */
final class ConfusionChart {

    /** Up to so many classes, cells have numbers and labels. */
    private static final int MAX_LABELLED = 24;

    private static final int MAX_DRAWN = 100;
    private static final int LABEL_CHARACTERS = 14;
    private static final int CHARACTER_WIDTH = 7;
    private static final String RIGHT = "#1f4fa8";
    private static final String MISTAKE = "#b3400f";
    /** From this opacity on, white text is easier to read than the page's. */
    private static final double DEEP = 0.7;

    private final ConfusionMatrix matrix;
    private final int size;
    private final boolean labelled;
    private final double cell;
    private final double margin;

    ConfusionChart(ConfusionMatrix matrix) {
        this.matrix = matrix;
        this.size = matrix.labels().size();
        this.labelled = size <= MAX_LABELLED;
        this.cell = labelled ? Math.max(28, Math.min(46, 460.0 / size)) : Math.max(4, 400.0 / size);
        int longest = matrix.labels().stream().mapToInt(String::length).max().orElse(0);
        this.margin = labelled ? 34 + Math.min(longest, LABEL_CHARACTERS) * (double) CHARACTER_WIDTH : 24;
    }

    void draw(MarkupWriter html, String id, String whose) {
        html.start("figure");
        if (size > MAX_DRAWN) {
            html.element("p", "With " + size + " classes, the confusion matrix of " + whose + " is too large to draw.");
        } else {
            double edge = margin + size * cell + 6;
            Chart chart = new Chart(
                    html,
                    id,
                    edge,
                    edge,
                    "Confusion matrix of " + whose,
                    "Rows are true classes, columns predicted ones; deeper cells are larger shares of their row. Blue is"
                            + " right, orange a mistake.");
            axes(chart);
            for (int row = 0; row < size; row++) {
                cells(chart, row);
            }
            chart.finish();
        }
        html.element("figcaption", "Confusion matrix of " + whose).end().line();
    }

    private void axes(Chart chart) {
        double middle = margin + size * cell / 2;
        chart.text(middle, 14, "middle", "predicted");
        chart.text(14, middle, "middle", "true", Chart.LINE, -90);
        if (!labelled) {
            return;
        }
        boolean turned = matrix.labels().stream().anyMatch(label -> label.length() * CHARACTER_WIDTH > cell);
        for (int i = 0; i < size; i++) {
            String label = Chart.cut(matrix.labels().get(i), LABEL_CHARACTERS);
            double centre = margin + (i + 0.5) * cell;
            chart.text(margin - 6, centre + 4, "end", label);
            if (turned) {
                chart.text(centre + 4, margin - 6, "start", label, Chart.LINE, -90);
            } else {
                chart.text(centre, margin - 6, "middle", label);
            }
        }
    }

    private void cells(Chart chart, int row) {
        List<Double> counts = matrix.counts().get(row);
        double largest = counts.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        // shares of shares, since the sum of finite doubles may be infinite
        double sum =
                largest == 0 ? 0 : counts.stream().mapToDouble(c -> c / largest).sum();
        for (int column = 0; column < size; column++) {
            double count = counts.get(column);
            double share = count == 0 ? 0 : count / largest / sum;
            double opacity = count == 0 ? 0.04 : 0.12 + 0.88 * share;
            double x = margin + column * cell;
            double y = margin + row * cell;
            String shown = shown(count);
            chart.cell(
                    x + 0.5,
                    y + 0.5,
                    cell - 1,
                    column == row ? RIGHT : count == 0 ? Chart.BASELINE : MISTAKE,
                    opacity,
                    labelled
                            ? matrix.labels().get(row) + " taken for "
                                    + matrix.labels().get(column) + ": " + shown
                            : null);
            if (labelled && count != 0 && shown.length() * CHARACTER_WIDTH <= cell + 4) {
                chart.text(
                        x + cell / 2,
                        y + cell / 2 + 4,
                        "middle",
                        shown,
                        opacity >= DEEP ? "#ffffff" : Chart.LINE,
                        null);
            }
        }
    }

    void table(MarkupWriter html, String whose) {
        if (!labelled) {
            return;
        }
        html.start("details")
                .element("summary", "Numbers of the confusion matrix of " + whose)
                .line();
        String[] columns = IntStream.rangeClosed(0, size)
                .mapToObj(i -> i == 0 ? "True \\ predicted" : matrix.labels().get(i - 1))
                .toArray(String[]::new);
        ReportTable table = new ReportTable(html, "Confusion matrix of " + whose, columns);
        for (int row = 0; row < size; row++) {
            table.row(
                    matrix.labels().get(row),
                    matrix.counts().get(row).stream().map(ConfusionChart::shown).toArray(String[]::new));
        }
        table.finish();
        html.end().line();
    }

    private static String shown(double count) {
        return Decimals.text(BigDecimal.valueOf(count));
    }
}
