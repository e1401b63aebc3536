package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Takes a metrics document apart. Errors name the document and the path in it. */
final class MetricsReader {

    private static final int MAX_METRICS = 100_000;
    private static final int MAX_LABELS = 1000;
    private static final int SHOWN_CHARACTERS = 40;

    private static final String SLICES = "slices";
    private static final String SAMPLES = "samples";
    private static final String CONFUSION_MATRIX = "confusion_matrix";
    private static final String CURVES = "curves";
    private static final String SAMPLES_FILE = "samples_file";

    private final String origin;
    private final SortedMap<String, String> notNumbers = new TreeMap<>();
    private int metrics;

    private MetricsReader(String origin) {
        this.origin = origin;
    }

    /** The file's JSON object; non-finite numbers may be bare tokens. */
    static JsonNode document(Path file) {
        return document(InputFile.read(file, file.toString()));
    }

    static JsonNode document(InputFile file) {
        return document(file.text(), file.name());
    }

    static JsonNode document(String text, String origin) {
        JsonNode node = Documents.readJsonWithNonFinite(text, origin, JsonNode.class);
        if (!node.isObject()) {
            throw MlopsException.usage(origin + " holds no JSON object: {\"metric\": number, ...} is wanted");
        }
        return node;
    }

    static Metrics metrics(JsonNode document, String origin) {
        return new MetricsReader(origin).read(document);
    }

    private Metrics read(JsonNode document) {
        SortedMap<String, Double> overall = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : document.properties()) {
            if (!isReserved(entry.getKey())) {
                flatten(entry.getKey(), entry.getValue(), "", overall);
            }
        }
        SortedMap<String, SortedMap<String, Double>> slices = new TreeMap<>();
        SortedMap<String, Long> sliceSamples = new TreeMap<>();
        for (Map.Entry<String, JsonNode> slice : object(document, SLICES).properties()) {
            readSlice(slice.getKey(), slice.getValue(), slices, sliceSamples);
        }
        JsonNode matrix = document.path(CONFUSION_MATRIX);
        return new Metrics(
                overall,
                slices,
                count(document.path(SAMPLES), SAMPLES),
                sliceSamples,
                isAbsent(matrix) ? null : confusionMatrix(matrix),
                curves(object(document, CURVES)),
                samplesFile(document.path(SAMPLES_FILE)),
                notNumbers);
    }

    private static boolean isReserved(String key) {
        return switch (key) {
            case SLICES, SAMPLES, CONFUSION_MATRIX, CURVES, SAMPLES_FILE -> true;
            default -> false;
        };
    }

    private void readSlice(
            String name,
            JsonNode content,
            SortedMap<String, SortedMap<String, Double>> slices,
            SortedMap<String, Long> sliceSamples) {
        String path = SLICES + "." + name;
        if (name.isBlank()) {
            throw broken(SLICES, "a slice has no name");
        }
        if (!content.isObject()) {
            throw broken(path, "an object of metrics is wanted, not " + shown(content));
        }
        SortedMap<String, Double> values = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : content.properties()) {
            if (!entry.getKey().equals(SAMPLES)) {
                flatten(entry.getKey(), entry.getValue(), path + ".", values);
            }
        }
        slices.put(name, values);
        Long samples = count(content.path(SAMPLES), path + "." + SAMPLES);
        if (samples != null) {
            sliceSamples.put(name, samples);
        }
    }

    private void flatten(String name, JsonNode value, String prefix, SortedMap<String, Double> into) {
        if (name.isBlank() || name.endsWith("/")) {
            throw broken(prefix + name, "a metric has no name");
        }
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                flatten(name + "/" + entry.getKey(), entry.getValue(), prefix, into);
            }
            return;
        }
        Double number = number(value);
        if (number == null) {
            notNumbers.put(prefix.isEmpty() ? name : prefix + name, shown(value));
        } else if (into.put(name, number) != null) {
            throw broken(prefix + name, "the metric stands twice, nested and with '/' in its name");
        } else if (++metrics > MAX_METRICS) {
            throw MlopsException.usage(origin + " has more than " + MAX_METRICS
                    + " metrics: keep per-sample results in a file of their own");
        }
    }

    /** The number, non-finite ones in any spelling and null (as JavaScript and pandas write NaN) included; else null. */
    private static Double number(JsonNode value) {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        if (value.isNull()) {
            return Double.NaN;
        }
        if (!value.isTextual()) {
            return null;
        }
        return switch (value.textValue().strip().toLowerCase(Locale.ROOT)) {
            case "nan", "+nan", "-nan" -> Double.NaN;
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> null;
        };
    }

    private Long count(JsonNode value, String path) {
        if (isAbsent(value)) {
            return null;
        }
        if (!value.isNumber()
                || !value.canConvertToExactIntegral()
                || !value.canConvertToLong()
                || value.longValue() < 0) {
            throw broken(path, "a count of samples, 0 or more, is wanted, not " + shown(value));
        }
        return value.longValue();
    }

    private String samplesFile(JsonNode value) {
        if (isAbsent(value)) {
            return null;
        }
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw broken(SAMPLES_FILE, "the name of a file is wanted, not " + shown(value));
        }
        String name = value.textValue();
        if (name.indexOf('/') >= 0
                || name.indexOf('\\') >= 0
                || name.indexOf('\0') >= 0
                || name.equals(".")
                || name.equals("..")) {
            throw broken(SAMPLES_FILE, "a file beside the metrics is wanted, without directories, not " + shown(value));
        }
        return value.textValue();
    }

    private ConfusionMatrix confusionMatrix(JsonNode value) {
        JsonNode labels = value.path("labels");
        JsonNode counts = value.path("counts");
        int size = labels.size();
        if (!labels.isArray() || !counts.isArray() || size == 0 || counts.size() != size) {
            throw broken(
                    CONFUSION_MATRIX,
                    "{\"labels\": [N names], \"counts\": [N rows of N counts]} is wanted, a row for each true class");
        }
        if (size > MAX_LABELS) {
            throw broken(CONFUSION_MATRIX, "it has " + size + " classes, and at most " + MAX_LABELS + " are read");
        }
        List<String> names = new ArrayList<>();
        for (JsonNode label : labels) {
            if (!label.isTextual() && !label.isNumber() && !label.isBoolean()) {
                throw broken(CONFUSION_MATRIX + ".labels", "names are wanted, not " + shown(label));
            }
            names.add(label.asText());
        }
        List<List<Double>> rows = new ArrayList<>();
        for (JsonNode row : counts) {
            String path = CONFUSION_MATRIX + ".counts[" + rows.size() + "]";
            List<Double> numbers = numbers(row, path);
            if (numbers.size() != size) {
                throw broken(path, "it has " + numbers.size() + " counts for " + size + " classes");
            }
            if (numbers.stream().anyMatch(n -> !Metrics.isFinite(n) || n < 0)) {
                throw broken(path, "a count is negative or not finite");
            }
            rows.add(numbers);
        }
        return new ConfusionMatrix(names, rows);
    }

    private SortedMap<String, Curve> curves(JsonNode value) {
        SortedMap<String, Curve> curves = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            String path = CURVES + "." + entry.getKey();
            JsonNode curve = entry.getValue();
            List<Double> x = numbers(curve.path("x"), path + ".x");
            List<Double> y = numbers(curve.path("y"), path + ".y");
            if (x.size() != y.size()) {
                throw broken(path, "it has " + x.size() + " x and " + y.size() + " y");
            }
            curves.put(
                    entry.getKey(),
                    new Curve(
                            x,
                            y,
                            curve.path("x_label").asText(""),
                            curve.path("y_label").asText("")));
        }
        return curves;
    }

    private List<Double> numbers(JsonNode list, String path) {
        if (!list.isArray()) {
            throw broken(path, "a list of numbers is wanted, not " + shown(list));
        }
        List<Double> numbers = new ArrayList<>(list.size());
        for (JsonNode element : list) {
            Double number = number(element);
            if (number == null) {
                throw broken(path, "numbers are wanted, not " + shown(element));
            }
            numbers.add(number);
        }
        return numbers;
    }

    /** The object below the key, an empty one when there is none. */
    private JsonNode object(JsonNode document, String key) {
        JsonNode value = document.path(key);
        if (isAbsent(value)) {
            return Documents.json().createObjectNode();
        }
        if (!value.isObject()) {
            throw broken(key, "an object is wanted, not " + shown(value));
        }
        return value;
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private MlopsException broken(String path, String what) {
        return MlopsException.usage(origin + " (" + PrintableText.of(path) + "): " + what);
    }

    private static String shown(JsonNode value) {
        if (value.isMissingNode()) {
            return "nothing";
        }
        if (value.isContainerNode()) {
            return value.isArray() ? "a list" : "an object";
        }
        String text = PrintableText.of(value.asText());
        String cut = text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "\u2026" : text;
        return value.isTextual() ? "the text '" + cut + "'" : cut;
    }
}
