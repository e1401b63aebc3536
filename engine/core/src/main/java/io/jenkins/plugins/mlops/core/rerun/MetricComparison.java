package io.jenkins.plugins.mlops.core.rerun;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A metric of a training and of its repetition.
 *
 * @param original null when it was not measured there
 * @param repeated null when it was not measured there
 * @param limit what the two may be apart; null when one of them is missing
 * @param agrees false too when one of them is missing
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record MetricComparison(String name, Double original, Double repeated, Double limit, boolean agrees) {

    static MetricComparison of(String name, Double original, Double repeated, Tolerance tolerance) {
        if (original == null || repeated == null) {
            return new MetricComparison(name, original, repeated, null, false);
        }
        double limit = tolerance.limit(original);
        return new MetricComparison(name, original, repeated, limit, Math.abs(original - repeated) <= limit);
    }
}
