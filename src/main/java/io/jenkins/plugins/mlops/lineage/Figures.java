package io.jenkins.plugins.mlops.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.gate.Baseline;
import io.jenkins.plugins.mlops.core.gate.ConfusionMatrix;
import io.jenkins.plugins.mlops.core.gate.Curve;
import io.jenkins.plugins.mlops.core.gate.GateResult;
import io.jenkins.plugins.mlops.core.gate.Metrics;
import io.jenkins.plugins.mlops.core.registry.MetricPoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * What a page draws of one model or of two that are compared: no more of it than a page can show, whatever the evaluation has.
 * Written as JSON. What is not finite is null.
 *
 * @param schema name and version of the format
 * @param models the candidate first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Figures(String schema, List<Model> models) {

    /** The file's name, in the directory of the gate's reports. */
    public static final String FILE = "figures.json";

    /** The format that is written. */
    static final String SCHEMA = "mlops-figures/1";

    private static final int MAX_METRICS = 8;
    private static final int MAX_SLICES = 40;
    private static final int MAX_CURVES = 12;
    private static final int MAX_POINTS = 200;
    private static final int MAX_CLASSES = 30;

    public Figures {
        models = models == null ? List.of() : List.copyOf(models);
    }

    /**
     * One model's part.
     *
     * @param slices metric to slice to value
     * @param matrix null without one, and when it has too many classes to draw
     * @param classes how many the matrix has; 0 without one
     * @param leftOut what else there is that is not drawn, one phrase each
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Model(
            String name,
            Map<String, Map<String, Double>> slices,
            Matrix matrix,
            int classes,
            Map<String, Points> curves,
            List<String> leftOut) {
        public Model {
            slices = slices == null ? Map.of() : Collections.unmodifiableMap(slices);
            curves = curves == null ? Map.of() : Collections.unmodifiableMap(curves);
            leftOut = leftOut == null ? List.of() : List.copyOf(leftOut);
        }
    }

    /** How often each true class, a row, was taken for which class. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Matrix(List<String> labels, List<List<Double>> counts) {
        public Matrix {
            labels = labels == null ? List.of() : List.copyOf(labels);
            counts = counts == null ? List.of() : List.copyOf(counts);
        }
    }

    /** A curve's points; null where it has a gap. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Points(String xLabel, String yLabel, List<Double> x, List<Double> y) {
        public Points {
            x = x == null ? List.of() : Collections.unmodifiableList(x);
            y = y == null ? List.of() : Collections.unmodifiableList(y);
        }
    }

    /** Of a gate: the candidate and what it was held against, by the metrics that the rules name. */
    @NonNull
    public static Figures of(@NonNull GateResult result) {
        Set<String> metrics = new LinkedHashSet<>();
        result.rules().forEach(rule -> metrics.add(rule.rule().metric()));
        List<Model> models = new ArrayList<>();
        models.add(model("candidate", result.candidate().metrics(), metrics));
        result.baselines().stream()
                .limit(1)
                .map(found -> model(name(found), found.measurement().metrics(), metrics))
                .forEach(models::add);
        return new Figures(SCHEMA, models);
    }

    private static String name(Baseline.Found found) {
        return found.name().replaceFirst("^the ", "");
    }

    /** @param wanted metrics whose slices are drawn; null for all */
    static Model model(String name, Metrics metrics, @CheckForNull Set<String> wanted) {
        List<String> leftOut = new ArrayList<>();
        Map<String, Points> curves = new LinkedHashMap<>();
        metrics.curves().entrySet().stream()
                .limit(MAX_CURVES)
                .forEach(curve -> curves.put(curve.getKey(), points(curve.getValue())));
        more(leftOut, metrics.curves().size() - MAX_CURVES, "curves");
        ConfusionMatrix matrix = metrics.confusionMatrix();
        int classes = matrix == null ? 0 : matrix.labels().size();
        return new Model(
                name,
                slices(metrics, wanted, leftOut),
                classes == 0 || classes > MAX_CLASSES ? null : new Matrix(matrix.labels(), matrix.counts()),
                classes,
                curves,
                leftOut);
    }

    private static Map<String, Map<String, Double>> slices(
            Metrics metrics, @CheckForNull Set<String> wanted, List<String> leftOut) {
        Map<String, Map<String, Double>> slices = new LinkedHashMap<>();
        Set<String> names = new LinkedHashSet<>();
        metrics.slices().values().forEach(numbers -> names.addAll(numbers.keySet()));
        if (wanted != null) {
            names.retainAll(wanted);
        }
        names.stream().limit(MAX_METRICS).forEach(metric -> {
            Map<String, Double> values = new LinkedHashMap<>();
            for (Map.Entry<String, SortedMap<String, Double>> slice :
                    metrics.slices().entrySet()) {
                if (values.size() < MAX_SLICES) {
                    values.put(slice.getKey(), finite(slice.getValue().get(metric)));
                }
            }
            slices.put(metric, values);
        });
        more(leftOut, names.size() - MAX_METRICS, "metrics with slices");
        more(leftOut, metrics.slices().size() - MAX_SLICES, "slices");
        return slices;
    }

    private static void more(List<String> leftOut, int count, String what) {
        if (count > 0) {
            leftOut.add(count + " more " + what);
        }
    }

    /**
     * Of a run: its metrics over their steps, or over their order where it named no steps. Those that have a single value are no curves.
     *
     * @param more metrics that nobody has asked the server for
     */
    static Figures history(Map<String, List<MetricPoint>> metrics, int more) {
        Map<String, Points> curves = new LinkedHashMap<>();
        int leftOut = more;
        int points = 0;
        for (Map.Entry<String, List<MetricPoint>> metric : metrics.entrySet()) {
            List<MetricPoint> history = metric.getValue();
            if (history.size() < 2) {
                continue;
            }
            if (curves.size() == MAX_CURVES) {
                leftOut++;
                continue;
            }
            boolean steps =
                    history.get(0).step() != history.get(history.size() - 1).step();
            List<Double> x = new ArrayList<>();
            List<Double> y = new ArrayList<>();
            history.forEach(point -> {
                x.add(steps ? point.step() : (double) x.size());
                y.add(point.value());
            });
            String over = steps ? "step" : "number";
            curves.put(metric.getKey() + " by " + over, points(new Curve(x, y, over, metric.getKey())));
            points += Math.max(0, history.size() - MAX_POINTS);
        }
        List<String> notDrawn = new ArrayList<>();
        more(notDrawn, leftOut, "metrics");
        more(notDrawn, points, "points");
        return new Figures(SCHEMA, List.of(new Model("training", Map.of(), null, 0, curves, notDrawn)));
    }

    /** Evenly chosen ones of too many, the first and the last among them. */
    private static Points points(Curve curve) {
        int size = curve.x().size();
        int shown = Math.min(size, MAX_POINTS);
        List<Double> x = new ArrayList<>(shown);
        List<Double> y = new ArrayList<>(shown);
        for (int i = 0; i < shown; i++) {
            int index = shown == 1 ? 0 : (int) ((long) i * (size - 1) / (shown - 1));
            x.add(finite(curve.x().get(index)));
            y.add(finite(curve.y().get(index)));
        }
        return new Points(curve.xLabel(), curve.yLabel(), x, y);
    }

    private static Double finite(@CheckForNull Double value) {
        return value == null || !Metrics.isFinite(value) ? null : value;
    }
}
