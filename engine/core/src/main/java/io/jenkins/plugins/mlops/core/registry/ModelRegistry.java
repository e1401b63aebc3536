package io.jenkins.plugins.mlops.core.registry;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The model registry of an MLflow server. Errors as in {@link TrackingServer}. Thread-safe.
 */
public interface ModelRegistry {

    /** Registers a version; the registered model is made when it is missing. */
    ModelVersion createVersion(String model, String source, String runId, Map<String, String> tags);

    Optional<ModelVersion> version(String model, int version);

    Optional<ModelVersion> byAlias(String model, String alias);

    /** Names of all registered models, in alphabetical order. */
    List<String> models();

    /** All versions, the newest first; empty when the model does not exist. */
    List<ModelVersion> versions(String model);

    void setAlias(String model, String alias, int version);

    void deleteAlias(String model, String alias);

    void setVersionTags(String model, int version, Map<String, String> tags);

    /** Tags of the registered model itself; empty when the model does not exist. */
    Map<String, String> modelTags(String model);

    void setModelTags(String model, Map<String, String> tags);
}
