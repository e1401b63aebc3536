package io.jenkins.plugins.mlops.core.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import java.time.Instant;

/**
 * How an evaluation on a cluster stands, as its directory has it.
 *
 * @param model which is measured now, or was last; null before the first
 * @param failure why it failed, a sentence; null when it did not
 * @param execution of the workload that runs, or ran last; null before the first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClusterEvaluationStatus(
        String id,
        String name,
        ClusterEvaluationStage stage,
        Instant started,
        String model,
        String image,
        String failure,
        ExecutionStatus execution) {}
