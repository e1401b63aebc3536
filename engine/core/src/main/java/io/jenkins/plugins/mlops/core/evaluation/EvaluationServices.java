package io.jenkins.plugins.mlops.core.evaluation;

import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import io.jenkins.plugins.mlops.core.training.TrainingBackend;
import io.jenkins.plugins.mlops.core.training.TrainingServices;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;

/**
 * What evaluations use.
 *
 * @param datasets with the credentials of the evaluation set
 * @param withdrawals what may not be measured on, and which models not
 * @param backend what runs the command; null where a cluster does
 */
public record EvaluationServices(
        DatasetAccess datasets,
        TrackingServer tracking,
        ModelRegistry models,
        LineageStore lineage,
        Withdrawals withdrawals,
        TrainingBackend backend) {

    /** Those that trainings use, too. @param backend null where a cluster runs the command */
    public static EvaluationServices of(TrainingServices services, TrainingBackend backend) {
        return new EvaluationServices(
                services.evaluationDatasets(),
                services.tracking(),
                services.models(),
                services.lineage(),
                services.withdrawals(),
                backend);
    }
}
