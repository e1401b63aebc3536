package io.jenkins.plugins.mlops.core.gate;

import java.util.Map;

/**
 * The numbers of one evaluation, as {@code metrics.json} holds them. Nested objects are flattened with {@code /} between the
 * names ({@code "loss": {"box": 0.2}} is {@code loss/box}). Values may be NaN or infinite here: the gate fails them, and no
 * other part sends them on.
 *
 * @param overall metric to value
 * @param slices slice to metric to value
 * @param samples number of samples the overall numbers rest on, null when not stated
 * @param sliceSamples slice to number of samples, without the slices that state none
 */
public record Metrics(
        Map<String, Double> overall,
        Map<String, Map<String, Double>> slices,
        Long samples,
        Map<String, Long> sliceSamples) {

    public Metrics {
        overall = Map.copyOf(overall);
        slices = Map.copyOf(slices);
        sliceSamples = Map.copyOf(sliceSamples);
    }
}
