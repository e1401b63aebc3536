package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The variables that training code is given, whoever runs it; {@code docs/training.md} is their contract. */
public final class TrainingVariables {

    public static final String DATASET_DIR = "MLOPS_DATASET_DIR";
    public static final String EVALUATION_DATASET_DIR = "MLOPS_EVALUATION_DATASET_DIR";
    public static final String MODEL_DIR = "MLOPS_MODEL_DIR";
    public static final String OUTPUT_DIR = "MLOPS_OUTPUT_DIR";
    public static final String METRICS_FILE = "MLOPS_METRICS_FILE";
    public static final String PARENT_MODEL_DIR = "MLOPS_PARENT_MODEL_DIR";
    public static final String CHECKPOINT_DIR = "MLOPS_CHECKPOINT_DIR";
    public static final String PARAMS_FILE = "MLOPS_PARAMS_FILE";
    public static final String SEED = "MLOPS_SEED";

    public static final String TRACKING_URI = "MLFLOW_TRACKING_URI";
    public static final String RUN_ID = "MLFLOW_RUN_ID";
    public static final String EXPERIMENT_NAME = "MLFLOW_EXPERIMENT_NAME";
    public static final String TRACKING_USERNAME = "MLFLOW_TRACKING_USERNAME";
    public static final String TRACKING_PASSWORD = "MLFLOW_TRACKING_PASSWORD";
    public static final String TRACKING_TOKEN = "MLFLOW_TRACKING_TOKEN";

    /** All of them, for whoever starts code inside of other code's environment. */
    public static final List<String> ALL = List.of(
            DATASET_DIR,
            EVALUATION_DATASET_DIR,
            MODEL_DIR,
            OUTPUT_DIR,
            METRICS_FILE,
            PARENT_MODEL_DIR,
            CHECKPOINT_DIR,
            PARAMS_FILE,
            SEED,
            TRACKING_URI,
            RUN_ID,
            EXPERIMENT_NAME,
            TRACKING_USERNAME,
            TRACKING_PASSWORD,
            TRACKING_TOKEN);

    /** Those whose values are secrets. */
    public static final Set<String> SECRETS = Set.of(TRACKING_PASSWORD, TRACKING_TOKEN);

    private TrainingVariables() {}

    /** What MLflow's clients find the training's run by. */
    public static Map<String, String> run(URI trackingUri, String experiment, String runId) {
        return Map.of(TRACKING_URI, trackingUri.toString(), RUN_ID, runId, EXPERIMENT_NAME, experiment);
    }

    /** Who asks, for MLflow's clients. @param credentials null for nobody */
    public static Map<String, String> credentials(MlflowSettings.Credentials credentials) {
        Map<String, String> variables = new TreeMap<>();
        if (credentials != null && credentials.token() != null) {
            variables.put(TRACKING_TOKEN, credentials.token());
        } else if (credentials != null) {
            variables.put(TRACKING_USERNAME, credentials.username());
            variables.put(TRACKING_PASSWORD, credentials.password());
        }
        return variables;
    }
}
