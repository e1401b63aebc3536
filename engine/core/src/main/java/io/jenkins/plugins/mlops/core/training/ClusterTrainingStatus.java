package io.jenkins.plugins.mlops.core.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import java.time.Instant;

/**
 * How a training on a cluster stands, as its run directory has it.
 *
 * @param runId of MLflow, null before there is one
 * @param failure why it failed, a sentence; null when it did not
 * @param execution of the workload that runs, or ran last; null before the first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClusterTrainingStatus(
        String id,
        String name,
        ClusterStage stage,
        Instant started,
        String runId,
        String image,
        String failure,
        ExecutionStatus execution) {}
