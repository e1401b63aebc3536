package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.workload.WorkloadOptions;
import java.util.List;

/**
 * What a specification, of a training or an evaluation, wants of a cluster.
 *
 * @param name for people
 * @param image null when none is named
 * @param command null for what the image runs by itself
 * @param nodes 1 or more
 * @param retries attempts after the code failed
 */
public record WorkloadRequest(
        String name,
        String image,
        List<String> command,
        int nodes,
        TrainingSpecification.Resources resources,
        TrainingSpecification.Deadlines deadlines,
        WorkloadOptions kubernetes,
        int retries) {

    static WorkloadRequest of(TrainingSpecification specification) {
        return new WorkloadRequest(
                specification.name(),
                specification.image(),
                specification.command(),
                specification.nodes(),
                specification.resources(),
                specification.deadlines(),
                specification.kubernetes(),
                specification.retries());
    }
}
