package io.jenkins.plugins.mlops.core.evaluation;

import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import io.jenkins.plugins.mlops.core.training.TrainingBackend;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;

/**
 * What evaluations use.
 *
 * @param datasets with the credentials of the evaluation set
 * @param withdrawals what may not be measured on, and which models not
 */
public record EvaluationServices(
        DatasetAccess datasets,
        TrackingServer tracking,
        ModelRegistry models,
        LineageStore lineage,
        Withdrawals withdrawals,
        TrainingBackend backend) {}
