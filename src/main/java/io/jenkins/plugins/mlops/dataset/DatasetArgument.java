package io.jenkins.plugins.mlops.dataset;

import java.util.HashMap;
import java.util.Map;

/** The parameter {@code dataset} of steps: what another step returned, in place of an address. */
final class DatasetArgument {

    private static final String NAME = "dataset";

    private DatasetArgument() {}

    /** The same arguments with the dataset's address, and with its source id, so that it is exactly that one. */
    static Map<String, Object> expand(Map<String, Object> arguments) {
        if (!(arguments.get(NAME) instanceof Dataset dataset)) {
            return arguments;
        }
        Map<String, Object> expanded = new HashMap<>(arguments);
        expanded.remove(NAME);
        if (dataset.getDvc() != null) {
            expanded.put("dvc", dataset.getDvc());
            expanded.put("repo", dataset.getRepo());
            expanded.put("rev", dataset.getRev());
        } else {
            boolean prefix = dataset.reference().from() != null;
            expanded.put(prefix ? "from" : "manifest", dataset.getSource());
        }
        expanded.put("sourceId", dataset.getSourceId());
        return expanded;
    }
}
