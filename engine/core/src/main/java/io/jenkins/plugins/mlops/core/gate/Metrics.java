package io.jenkins.plugins.mlops.core.gate;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The numbers of one evaluation, as {@code metrics.json} holds them. Nested objects are flattened with {@code /} between the
 * names ({@code "loss": {"box": 0.2}} is {@code loss/box}). Values may be NaN or infinite here: the gate fails them, and no
 * other part sends them on. Maps are sorted by name.
 *
 * @param overall metric to value
 * @param slices slice to metric to value
 * @param samples number of samples the overall numbers rest on, null when not stated
 * @param sliceSamples slice to number of samples, without the slices that state none
 * @param confusionMatrix null when there is none
 * @param curves curve by name
 * @param samplesFile name of the file with per-sample results, beside the metrics file; null when there is none
 * @param notNumbers names that stand in the file with a value that is no number (a text, a list, true), to what stands there; such
 *     entries are no metrics, and a rule that asks for one says so
 */
public record Metrics(
        SortedMap<String, Double> overall,
        SortedMap<String, SortedMap<String, Double>> slices,
        Long samples,
        SortedMap<String, Long> sliceSamples,
        ConfusionMatrix confusionMatrix,
        SortedMap<String, Curve> curves,
        String samplesFile,
        SortedMap<String, String> notNumbers) {

    /** Numbers of this size and more are taken for infinite: MLflow stores infinity as the largest double. */
    private static final double INFINITE = 1e308;

    static final SortedMap<String, Double> NO_NUMBERS = Collections.emptySortedMap();

    public Metrics {
        overall = sorted(overall);
        SortedMap<String, SortedMap<String, Double>> copy = new TreeMap<>();
        slices.forEach((slice, values) -> copy.put(slice, sorted(values)));
        slices = Collections.unmodifiableSortedMap(copy);
        sliceSamples = sorted(sliceSamples);
        curves = sorted(curves);
        notNumbers = sorted(notNumbers);
    }

    /** Overall numbers alone. */
    public static Metrics of(Map<String, Double> overall) {
        return of(overall, Map.of());
    }

    /** Overall numbers and those of slices, nothing else. */
    public static Metrics of(Map<String, Double> overall, Map<String, ? extends Map<String, Double>> slices) {
        SortedMap<String, SortedMap<String, Double>> bySlice = new TreeMap<>();
        slices.forEach((slice, values) -> bySlice.put(slice, new TreeMap<>(values)));
        return new Metrics(
                new TreeMap<>(overall), bySlice, null, new TreeMap<>(), null, new TreeMap<>(), null, new TreeMap<>());
    }

    /**
     * Reads a {@code metrics.json}.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when it is absent, broken or too large
     */
    public static Metrics read(Path file) {
        return MetricsReader.metrics(MetricsReader.document(file), file.toString());
    }

    /** Whether the gate takes the value for a number at all: neither NaN nor as large as infinity is stored. */
    public static boolean isFinite(double value) {
        return Math.abs(value) < INFINITE;
    }

    private static <V> SortedMap<String, V> sorted(Map<String, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }
}
