package io.jenkins.plugins.mlops.core.evaluation;

/** Where an evaluation on a cluster stands; {@link ClusterEvaluation} tells what each has made. */
public enum ClusterEvaluationStage {
    PREPARING,
    BRINGING,
    MEASURING,
    RECORDING,
    FINISHED,
    FAILED;

    public boolean isOver() {
        return this == FINISHED || this == FAILED;
    }
}
