package io.jenkins.plugins.mlops.core.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** A curve of the candidate, and the baseline's as a dashed line. */
final class CurveChart {

    private static final int WIDTH = 360;
    private static final int HEIGHT = 240;
    private static final int LEFT = 56;
    private static final int BOTTOM = 40;
    private static final int TOP = 12;
    private static final int RIGHT = 14;
    /** More points than this cannot be told apart at this width. */
    private static final int MAX_POINTS = 400;

    private static final int LABEL_CHARACTERS = 36;

    private final String name;
    private final Curve candidate;
    /** Null when there is none. */
    private final Curve baseline;

    private final Scale x;
    private final Scale y;

    /** Maps values to places; both ends of the values may be equal. */
    private record Scale(double low, double high, double from, double to) {
        double place(double value) {
            double width = high / 2 - low / 2;
            return width == 0 ? (from + to) / 2 : from + (value / 2 - low / 2) / width * (to - from);
        }
    }

    CurveChart(String name, Curve candidate, Curve baseline) {
        this.name = name;
        this.candidate = candidate;
        this.baseline = baseline;
        List<Curve> curves = baseline == null ? List.of(candidate) : List.of(candidate, baseline);
        this.x = scale(curves.stream().map(Curve::x), LEFT, WIDTH - RIGHT);
        this.y = scale(curves.stream().map(Curve::y), HEIGHT - BOTTOM, TOP);
    }

    private static Scale scale(Stream<List<Double>> values, double from, double to) {
        double[] finite = values.flatMapToDouble(list -> list.stream().mapToDouble(Double::doubleValue))
                .filter(Metrics::isFinite)
                .toArray();
        return new Scale(
                DoubleStream.of(finite).min().orElse(0),
                DoubleStream.of(finite).max().orElse(1),
                from,
                to);
    }

    void draw(MarkupWriter html, String id) {
        html.start("figure");
        Chart chart = new Chart(
                html,
                id,
                WIDTH,
                HEIGHT,
                "Curve " + name,
                candidate.x().size() + " points of the candidate as a solid line"
                        + (baseline == null ? "" : ", the baseline's as a dashed one") + "; x from "
                        + Decimals.text(x.low) + " to " + Decimals.text(x.high) + ", y from " + Decimals.text(y.low)
                        + " to " + Decimals.text(y.high) + ".");
        double floor = HEIGHT - (double) BOTTOM;
        chart.line(LEFT, floor, WIDTH - (double) RIGHT, floor, 1, 0.6);
        chart.line(LEFT, TOP, LEFT, floor, 1, 0.6);
        chart.text(LEFT, floor + 16, "middle", Decimals.text(x.low));
        chart.text(WIDTH - (double) RIGHT, floor + 16, "end", Decimals.text(x.high));
        chart.text(LEFT - 6.0, floor, "end", Decimals.text(y.low));
        chart.text(LEFT - 6.0, TOP + 10.0, "end", Decimals.text(y.high));
        chart.text((LEFT + WIDTH) / 2.0, HEIGHT - 8.0, "middle", Chart.cut(candidate.xLabel(), LABEL_CHARACTERS));
        chart.text(14, floor / 2, "middle", Chart.cut(candidate.yLabel(), LABEL_CHARACTERS), Chart.LINE, -90);
        if (baseline != null) {
            trace(chart, baseline, Chart.BASELINE, "5 4");
        }
        trace(chart, candidate, Chart.CANDIDATE, null);
        chart.finish();
        html.element("figcaption", name + (baseline == null ? "" : " (dashed: the baseline)"))
                .end()
                .line();
    }

    private void trace(Chart chart, Curve curve, String colour, String dashes) {
        List<String> points = new ArrayList<>();
        int count = curve.x().size();
        int step = Math.max(1, (count + MAX_POINTS - 1) / MAX_POINTS);
        for (int i = 0; i < count; i = i + step < count || i == count - 1 ? i + step : count - 1) {
            double px = curve.x().get(i);
            double py = curve.y().get(i);
            if (Metrics.isFinite(px) && Metrics.isFinite(py)) {
                points.add(Chart.number(x.place(px)) + "," + Chart.number(y.place(py)));
            } else {
                path(chart, points, colour, dashes);
                points.clear();
            }
        }
        path(chart, points, colour, dashes);
    }

    private static void path(Chart chart, List<String> points, String colour, String dashes) {
        if (!points.isEmpty()) {
            chart.path(String.join(" ", points), colour, dashes);
        }
    }
}
