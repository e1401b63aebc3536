package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The variables that the commands of a training are given; {@code docs/training.md} is their contract. */
final class CommandEnvironment {

    private final Map<String, String> common = new TreeMap<>();
    private final RunDirectory directory;

    CommandEnvironment(
            TrainingSpecification specification, RunDirectory directory, MlflowSettings mlflow, TrackedRun run) {
        this.directory = directory;
        common.putAll(specification.environment());
        put("MLOPS_PARAMS_FILE", directory.params());
        put("MLOPS_MODEL_DIR", directory.model());
        put("MLOPS_CHECKPOINT_DIR", directory.checkpoints());
        if (specification.seed() != null) {
            common.put("MLOPS_SEED", specification.seed().toString());
        }
        if (specification.datasets().training() != null) {
            put("MLOPS_DATASET_DIR", directory.trainingDataset());
        }
        if (specification.parent() != null) {
            put("MLOPS_PARENT_MODEL_DIR", directory.parent());
        }
        common.put("MLFLOW_TRACKING_URI", mlflow.trackingUri().toString());
        common.put("MLFLOW_RUN_ID", run.runId());
        common.put("MLFLOW_EXPERIMENT_NAME", specification.experiment());
        putCredentials(mlflow.credentials());
    }

    private void putCredentials(MlflowSettings.Credentials credentials) {
        if (credentials == null) {
            return;
        }
        if (credentials.token() != null) {
            common.put("MLFLOW_TRACKING_TOKEN", credentials.token());
        } else {
            common.put("MLFLOW_TRACKING_USERNAME", credentials.username());
            common.put("MLFLOW_TRACKING_PASSWORD", credentials.password());
        }
    }

    private void put(String variable, Path path) {
        common.put(variable, path.toString());
    }

    Map<String, String> training() {
        Map<String, String> environment = new TreeMap<>(common);
        environment.put("MLOPS_OUTPUT_DIR", directory.output().toString());
        return environment;
    }

    Map<String, String> evaluation() {
        Map<String, String> environment = new TreeMap<>(common);
        environment.put("MLOPS_OUTPUT_DIR", directory.evaluation().toString());
        environment.put("MLOPS_METRICS_FILE", directory.metrics().toString());
        environment.put(
                "MLOPS_EVALUATION_DATASET_DIR", directory.evaluationDataset().toString());
        return environment;
    }
}
