package io.jenkins.plugins.mlops.core.evaluation;

import io.jenkins.plugins.mlops.core.training.TrainingVariables;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The variables that an evaluation command is given: no credentials, and nothing that tells which model it measures. */
final class EvaluationVariables {

    private EvaluationVariables() {}

    /** @param output where the command writes its numbers, and what else it wants to be kept */
    static Map<String, String> of(
            EvaluationSpecification specification, Path model, Path dataset, Path output, Path params) {
        Map<String, String> variables = new TreeMap<>(specification.environment());
        variables.put(TrainingVariables.MODEL_DIR, model.toString());
        variables.put(TrainingVariables.EVALUATION_DATASET_DIR, dataset.toString());
        variables.put(TrainingVariables.OUTPUT_DIR, output.toString());
        variables.put(
                TrainingVariables.METRICS_FILE,
                new EvaluationOutput(output).metrics().toString());
        variables.put(TrainingVariables.PARAMS_FILE, params.toString());
        if (specification.seed() != null) {
            variables.put(TrainingVariables.SEED, specification.seed().toString());
        }
        return variables;
    }
}
