package io.jenkins.plugins.mlops.core.training;

/** Where a training on a cluster stands; {@link ClusterTraining} tells what each has made. */
public enum ClusterStage {
    PREPARING,
    STAGING,
    TRAINING,
    FETCHING,
    EVALUATING,
    FETCHING_EVALUATION,
    RECORDING,
    FINISHED,
    FAILED;

    public boolean isOver() {
        return this == FINISHED || this == FAILED;
    }
}
