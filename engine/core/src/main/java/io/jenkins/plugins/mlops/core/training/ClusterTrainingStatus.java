package io.jenkins.plugins.mlops.core.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import java.time.Instant;

/**
 * How a training on a cluster stands, as its run directory has it.
 *
 * @param source null when the code lies in no Git repository
 * @param parent the model that it starts from, null for none
 * @param runId of MLflow, null before there is one
 * @param failure why it failed, a sentence; null when it did not
 * @param execution of the workload that runs, or ran last; null before the first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClusterTrainingStatus(
        String id,
        String name,
        String experiment,
        ClusterStage stage,
        Instant started,
        SourceRevision source,
        String parent,
        String runId,
        String runUrl,
        String image,
        String failure,
        ExecutionStatus execution) {}
