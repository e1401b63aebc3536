package io.jenkins.plugins.mlops.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.dataset.Dataset;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;

/**
 * The parameters of a training step that name datasets: an address, what another step returned, or what a specification says of a dataset
 * as a map ({@code [dvc: 'data', rev: 'v1']}). A step keeps the last two as an object of YAML.
 */
final class DatasetParameters {

    static final String TRAINING = "dataset";
    static final String EVALUATION = "evaluationDataset";

    private static final List<String> NAMES = List.of(TRAINING, EVALUATION);

    private DatasetParameters() {}

    /**
     * What a parameter means.
     *
     * @param root where the controller has the code of the workspace
     * @throws MlopsException of kind USAGE when it is no dataset
     */
    static DatasetReference reference(String text, Path root) {
        return isObject(text)
                ? Documents.readYaml(text, "The dataset", DatasetReference.class)
                        .relativeTo(root)
                : DatasetReference.parse(text);
    }

    private static boolean isObject(Object text) {
        return text instanceof String string && string.startsWith("{");
    }

    /** The same arguments with texts alone, and source ids, so that a returned dataset is exactly that one. */
    static Map<String, Object> expand(Map<String, Object> arguments) {
        Map<String, Object> expanded = new HashMap<>(arguments);
        for (String name : NAMES) {
            if (arguments.get(name) instanceof Dataset dataset) {
                expanded.put(name, text(dataset));
                expanded.put(name + "SourceId", dataset.getSourceId());
            } else if (arguments.get(name) instanceof Map<?, ?> said) {
                expanded.put(name, text(said));
            }
        }
        return expanded;
    }

    private static String text(Dataset dataset) {
        DatasetReference reference = dataset.reference();
        boolean isSaid = dataset.getDvc() == null && reference.equals(DatasetReference.parse(dataset.getSource()));
        return isSaid ? dataset.getSource() : Documents.toJson(reference);
    }

    private static String text(Map<?, ?> said) {
        Map<String, String> texts = new LinkedHashMap<>();
        said.forEach((key, value) -> texts.put(String.valueOf(key), value == null ? null : value.toString()));
        return Documents.toJson(texts);
    }

    /** For the snippet generator: maps in place of objects. */
    static UninstantiatedDescribable contract(UninstantiatedDescribable step) {
        Map<String, Object> contracted = new LinkedHashMap<>(step.getArguments());
        contracted.replaceAll((name, value) -> NAMES.contains(name) && isObject(value) ? map((String) value) : value);
        return step.withArguments(contracted);
    }

    private static Object map(String text) {
        try {
            return Documents.readYaml(text, "The dataset", LinkedHashMap.class);
        } catch (MlopsException e) {
            return text; // the step says what is wrong with it
        }
    }
}
