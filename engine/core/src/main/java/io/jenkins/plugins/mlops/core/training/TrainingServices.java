package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.util.Map;

/**
 * What a training uses.
 *
 * @param evaluationDatasets the same with the credentials of evaluation sets, which may be others
 * @param mlflow the same server as {@code tracking}, for the training code, which logs to it by itself
 * @param withdrawals what may not be trained on
 * @param builder who runs the training
 */
public record TrainingServices(
        DatasetAccess datasets,
        DatasetAccess evaluationDatasets,
        TrackingServer tracking,
        ModelRegistry models,
        MlflowSettings mlflow,
        LineageStore lineage,
        Withdrawals withdrawals,
        Builder builder) {

    /**
     * Who runs a training, as lineage names it.
     *
     * @param id a URI
     * @param version component to version
     */
    public record Builder(String id, Map<String, String> version) {}
}
