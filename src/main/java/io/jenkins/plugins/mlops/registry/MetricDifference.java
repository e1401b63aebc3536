package io.jenkins.plugins.mlops.registry;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.util.Locale;

/** A metric of two versions, for pages. Immutable. */
public final class MetricDifference {

    private final String metric;
    private final Double candidate;
    private final Double champion;

    /** @param candidate null when it has none; so champion */
    MetricDifference(String metric, Double candidate, Double champion) {
        this.metric = metric;
        this.candidate = candidate;
        this.champion = champion;
    }

    public String getMetric() {
        return PrintableText.of(metric);
    }

    public String getCandidate() {
        return shown(candidate);
    }

    public String getChampion() {
        return shown(champion);
    }

    /** With its sign; empty when one of them has none. */
    public String getDelta() {
        return candidate == null || champion == null ? "" : String.format(Locale.ROOT, "%+.4g", candidate - champion);
    }

    private static String shown(Double value) {
        return value == null ? "" : String.format(Locale.ROOT, "%.6g", value);
    }
}
