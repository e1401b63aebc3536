package io.jenkins.plugins.mlops.lineage;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.gate.Measurement;
import io.jenkins.plugins.mlops.core.gate.Metrics;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** {@link Figures} for a page: charts with the tables behind them, and confusion matrices. */
@Restricted(NoExternalUse.class)
public final class FiguresView {

    private static final Logger LOGGER = Logger.getLogger(FiguresView.class.getName());

    /** A larger record is not taken apart for a page. */
    private static final long MAX_BYTES = 2L * 1024 * 1024;

    private static final int HEAT_STEPS = 10;
    private static final MathContext FEW_DIGITS = new MathContext(5);

    /** Counts and steps below it are told to the last digit. */
    private static final double WHOLE = 1e15;

    /** Nothing to draw. */
    static final FiguresView NONE = new FiguresView(new Figures(Figures.SCHEMA, List.of()));

    private final List<Figures.Model> models;

    /** Where the rest is. */
    private final String rest;

    private FiguresView(Figures figures) {
        this(figures, "in the files");
    }

    private FiguresView(Figures figures, String rest) {
        this.models = figures.models();
        this.rest = rest;
    }

    /** Of a gate's candidate and baseline. */
    static FiguresView gate(Path directory, RunFacts.GateUse gate) {
        return kept(directory, gate.figures(), "in the files");
    }

    /** What a training logged step by step. */
    static FiguresView history(Path directory, RunFacts.TrainingUse training) {
        return kept(directory, training.history(), "in MLflow");
    }

    private static FiguresView kept(Path directory, String named, String rest) {
        Path file = readable(directory, named);
        if (file == null) {
            return NONE;
        }
        try {
            return new FiguresView(Documents.readJson(Files.readString(file), Figures.FILE, Figures.class), rest);
        } catch (MlopsException | IOException e) {
            LOGGER.log(Level.FINE, e, () -> "Nothing is drawn of " + file);
            return NONE;
        }
    }

    /** Of a training's evaluation. */
    static FiguresView evaluation(Path directory, RunFacts.TrainingUse training) {
        List<Figures.Model> models = new ArrayList<>();
        add(models, directory, "model", training.evaluation());
        return new FiguresView(new Figures(Figures.SCHEMA, models));
    }

    /** Of the models that an evaluation measured. */
    static FiguresView evaluation(Path directory, RunFacts.EvaluationUse evaluation) {
        List<Figures.Model> models = new ArrayList<>();
        if (evaluation.candidate() != null) {
            add(models, directory, "candidate", evaluation.candidate().evaluation());
        }
        if (evaluation.champion() != null) {
            add(models, directory, "champion", evaluation.champion().evaluation());
        }
        return new FiguresView(new Figures(Figures.SCHEMA, models));
    }

    private static void add(List<Figures.Model> models, Path directory, String name, String named) {
        Path file = readable(directory, named);
        if (file == null) {
            return;
        }
        try {
            Metrics metrics = Measurement.read(file, "evaluation.json").metrics();
            models.add(Figures.model(name, metrics, null));
        } catch (MlopsException e) {
            LOGGER.log(Level.FINE, e, () -> "Nothing is drawn of " + file);
        }
    }

    private static Path readable(Path directory, String named) {
        Path file = KeptFiles.named(directory, named);
        try {
            return file != null && Files.size(file) <= MAX_BYTES ? file : null;
        } catch (IOException e) {
            return null;
        }
    }

    public boolean isEmpty() {
        return getCharts().isEmpty() && getMatrices().isEmpty() && getLeftOut().isEmpty();
    }

    /** Slices as bars, then curves as lines. */
    public List<Chart> getCharts() {
        List<Chart> charts = new ArrayList<>();
        Set<String> metrics = new LinkedHashSet<>();
        Set<String> curves = new LinkedHashSet<>();
        models.forEach(model -> {
            metrics.addAll(model.slices().keySet());
            curves.addAll(model.curves().keySet());
        });
        metrics.forEach(metric -> slices(metric, charts));
        curves.forEach(curve -> curve(curve, charts));
        return charts;
    }

    private void slices(String metric, List<Chart> charts) {
        Set<String> slices = new LinkedHashSet<>();
        models.forEach(model ->
                slices.addAll(model.slices().getOrDefault(metric, Map.of()).keySet()));
        if (slices.isEmpty()) {
            return;
        }
        ObjectNode chart = chart("bar", "category", "", text(metric));
        List<String> head = new ArrayList<>(List.of("Slice"));
        List<List<String>> rows = new ArrayList<>();
        slices.forEach(slice -> {
            chart.withArray("x").add(text(slice));
            rows.add(new ArrayList<>(List.of(text(slice))));
        });
        for (Figures.Model model : models) {
            ArrayNode data = series(chart, model.name());
            head.add(text(model.name()));
            int row = 0;
            for (String slice : slices) {
                Double value = model.slices().getOrDefault(metric, Map.of()).get(slice);
                put(data, value);
                rows.get(row++).add(number(value));
            }
        }
        charts.add(new Chart(text(metric) + " by slice", json(chart), head, rows));
    }

    private void curve(String name, List<Chart> charts) {
        ObjectNode chart = null;
        List<String> head = new ArrayList<>(List.of("Model", "x", "y"));
        List<List<String>> rows = new ArrayList<>();
        for (Figures.Model model : models) {
            Figures.Points points = model.curves().get(name);
            if (points == null) {
                continue;
            }
            if (chart == null) {
                chart = chart("line", "value", text(points.xLabel()), text(points.yLabel()));
                head.set(1, labelled(points.xLabel(), "x"));
                head.set(2, labelled(points.yLabel(), "y"));
            }
            ArrayNode data = series(chart, model.name());
            for (int i = 0; i < Math.min(points.x().size(), points.y().size()); i++) {
                Double x = points.x().get(i);
                Double y = points.y().get(i);
                put(put(data.addArray(), x), y);
                rows.add(List.of(text(model.name()), number(x), number(y)));
            }
        }
        if (chart != null) {
            charts.add(new Chart(text(name), json(chart), head, rows));
        }
    }

    private static String labelled(String label, String other) {
        return label == null || label.isBlank() ? other : text(label);
    }

    /** Those that are not too large. */
    public List<MatrixView> getMatrices() {
        return models.stream()
                .filter(model -> model.matrix() != null && isSquare(model.matrix()))
                .map(model -> new MatrixView(text(model.name()), model.matrix()))
                .toList();
    }

    private static boolean isSquare(Figures.Matrix matrix) {
        int size = matrix.labels().size();
        return matrix.counts().size() == size
                && matrix.counts().stream().allMatch(row -> row != null && row.size() == size);
    }

    /** What the page does not draw, a sentence each. */
    public List<String> getLeftOut() {
        List<String> sentences = new ArrayList<>();
        for (Figures.Model model : models) {
            model.leftOut().forEach(what -> sentences.add(text(what + " of the " + model.name() + " are " + rest)));
            if (model.matrix() == null && model.classes() > 0) {
                sentences.add(text("With " + model.classes() + " classes, the confusion matrix of the " + model.name()
                        + " is too large to draw"));
            }
        }
        return sentences;
    }

    private static ObjectNode chart(String type, String xType, String xLabel, String yLabel) {
        ObjectNode chart = Documents.json().createObjectNode();
        chart.put("type", type)
                .put("xType", xType)
                .put("xLabel", xLabel == null ? "" : xLabel)
                .put("yLabel", yLabel == null ? "" : yLabel);
        chart.putArray("x");
        chart.putArray("series");
        return chart;
    }

    private static ArrayNode series(ObjectNode chart, String name) {
        return chart.withArray("series").addObject().put("name", text(name)).putArray("data");
    }

    private static ArrayNode put(ArrayNode data, @CheckForNull Double value) {
        return value == null ? data.addNull() : data.add(value);
    }

    private static String json(ObjectNode chart) {
        try {
            return Documents.json().writeValueAsString(chart);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String number(@CheckForNull Double value) {
        return value == null || value.isNaN() || value.isInfinite()
                ? "\u2013"
                : (value == Math.rint(value) && Math.abs(value) < WHOLE
                                ? BigDecimal.valueOf(value)
                                : BigDecimal.valueOf(value).round(FEW_DIGITS))
                        .stripTrailingZeros()
                        .toPlainString();
    }

    /** A chart and the table that says the same. */
    @Restricted(NoExternalUse.class)
    public static final class Chart {

        private final String title;
        private final String json;
        private final List<String> head;
        private final List<List<String>> rows;

        Chart(String title, String json, List<String> head, List<List<String>> rows) {
            this.title = title;
            this.json = json;
            this.head = List.copyOf(head);
            this.rows = List.copyOf(rows);
        }

        public String getTitle() {
            return title;
        }

        /** What the script draws. */
        public String getJson() {
            return json;
        }

        public List<String> getHead() {
            return head;
        }

        public List<List<String>> getRows() {
            return rows;
        }
    }

    /** A confusion matrix: a cell is the deeper in colour, the larger its share of its true class. */
    @Restricted(NoExternalUse.class)
    public static final class MatrixView {

        private final String model;
        private final Figures.Matrix matrix;

        MatrixView(String model, Figures.Matrix matrix) {
            this.model = model;
            this.matrix = matrix;
        }

        public String getModel() {
            return model;
        }

        public List<String> getLabels() {
            return matrix.labels().stream().map(Shown::text).toList();
        }

        /** A row for each true class. */
        public List<Row> getRows() {
            List<String> labels = getLabels();
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < labels.size(); i++) {
                rows.add(new Row(labels.get(i), matrix.counts().get(i)));
            }
            return rows;
        }
    }

    /** A true class. */
    @Restricted(NoExternalUse.class)
    public static final class Row {

        private final String label;
        private final List<Double> counts;

        Row(String label, List<Double> counts) {
            this.label = label;
            this.counts = counts;
        }

        public String getLabel() {
            return label;
        }

        public List<Cell> getCells() {
            double sum = counts.stream()
                    .filter(count -> count != null && count > 0)
                    .mapToDouble(Double::doubleValue)
                    .sum();
            return counts.stream()
                    .map(count -> new Cell(
                            number(count),
                            count == null || !(count > 0) || sum == 0 ? 0 : (int) Math.ceil(count / sum * HEAT_STEPS)))
                    .toList();
        }
    }

    /** How often a true class was taken for a class. */
    @Restricted(NoExternalUse.class)
    public static final class Cell {

        private final String count;
        private final int heat;

        Cell(String count, int heat) {
            this.count = count;
            this.heat = heat;
        }

        public String getCount() {
            return count;
        }

        /** From 0 to 10. */
        public int getHeat() {
            return heat;
        }
    }
}
