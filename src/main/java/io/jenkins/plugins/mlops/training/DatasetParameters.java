package io.jenkins.plugins.mlops.training;

import io.jenkins.plugins.mlops.dataset.Dataset;
import java.util.HashMap;
import java.util.Map;

/** The parameters of a training step that name datasets: an address, or what another step returned. */
final class DatasetParameters {

    static final String TRAINING = "dataset";
    static final String EVALUATION = "evaluationDataset";

    private DatasetParameters() {}

    /** The same arguments with addresses alone, and source ids, so that a returned dataset is exactly that one. */
    static Map<String, Object> expand(Map<String, Object> arguments) {
        Map<String, Object> expanded = new HashMap<>(arguments);
        for (String name : new String[] {TRAINING, EVALUATION}) {
            if (arguments.get(name) instanceof Dataset dataset) {
                expanded.put(name, dataset.getSource());
                expanded.put(name + "SourceId", dataset.getSourceId());
            }
        }
        return expanded;
    }
}
