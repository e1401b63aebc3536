package io.jenkins.plugins.mlops.core.registry;

/** How an MLflow run ends, in MLflow's own words. */
public enum RunStatus {
    RUNNING,
    SCHEDULED,
    FINISHED,
    FAILED,
    KILLED
}
