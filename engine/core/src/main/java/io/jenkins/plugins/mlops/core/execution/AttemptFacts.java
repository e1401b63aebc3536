package io.jenkins.plugins.mlops.core.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import java.time.Instant;
import java.util.List;

/**
 * What is known of one attempt.
 *
 * @param number from 1 on
 * @param begun when its creation was decided
 * @param running when all its pods ran, null when they never did
 * @param ended null while it goes on
 * @param end null while it goes on
 * @param gpuSeconds GPUs times the time that its pods had their nodes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AttemptFacts(
        int number, Instant begun, Instant running, Instant ended, End end, double gpuSeconds, List<PodFacts> pods) {

    public AttemptFacts {
        pods = pods == null ? List.of() : List.copyOf(pods);
    }
}
