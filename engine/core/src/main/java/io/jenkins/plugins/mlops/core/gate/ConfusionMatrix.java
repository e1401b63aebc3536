package io.jenkins.plugins.mlops.core.gate;

import java.util.List;

/**
 * How often each true class was taken for which class.
 *
 * @param labels the classes
 * @param counts a row for each true class, in it a column for each predicted class; counts or shares, 0 or more
 */
public record ConfusionMatrix(List<String> labels, List<List<Double>> counts) {

    public ConfusionMatrix {
        labels = List.copyOf(labels);
        counts = counts.stream().map(List::copyOf).toList();
    }
}
