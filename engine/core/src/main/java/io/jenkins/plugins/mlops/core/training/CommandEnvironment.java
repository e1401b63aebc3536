package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The variables that the two commands of a specification are given. */
final class CommandEnvironment {

    private final Map<String, String> common = new TreeMap<>();
    private final RunDirectory directory;

    CommandEnvironment(
            TrainingSpecification specification, RunDirectory directory, MlflowSettings mlflow, TrackedRun run) {
        this.directory = directory;
        common.putAll(specification.environment());
        put(TrainingVariables.PARAMS_FILE, directory.params());
        put(TrainingVariables.MODEL_DIR, directory.model());
        put(TrainingVariables.CHECKPOINT_DIR, directory.checkpoints());
        if (specification.seed() != null) {
            common.put(TrainingVariables.SEED, specification.seed().toString());
        }
        if (specification.datasets().training() != null) {
            put(TrainingVariables.DATASET_DIR, directory.trainingDataset());
        }
        if (specification.parent() != null) {
            put(TrainingVariables.PARENT_MODEL_DIR, directory.parent());
        }
        common.putAll(TrainingVariables.run(mlflow.trackingUri(), specification.experiment(), run.runId()));
        common.putAll(TrainingVariables.credentials(mlflow.credentials()));
    }

    private void put(String variable, Path path) {
        common.put(variable, path.toString());
    }

    Map<String, String> training() {
        Map<String, String> environment = new TreeMap<>(common);
        environment.put(TrainingVariables.OUTPUT_DIR, directory.output().toString());
        return environment;
    }

    Map<String, String> evaluation() {
        Map<String, String> environment = new TreeMap<>(common);
        environment.put(TrainingVariables.OUTPUT_DIR, directory.evaluation().toString());
        environment.put(
                TrainingVariables.METRICS_FILE, directory.files().metrics().toString());
        environment.put(
                TrainingVariables.EVALUATION_DATASET_DIR,
                directory.evaluationDataset().toString());
        return environment;
    }
}
