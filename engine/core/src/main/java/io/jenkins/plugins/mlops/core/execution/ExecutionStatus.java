package io.jenkins.plugins.mlops.core.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Instant;
import java.util.List;

/**
 * How an execution stands, as its directory has it.
 *
 * @param cluster as people call it
 * @param object kind and name of the present attempt's main object, such as {@code Job digits-1}
 * @param uid of that object, null before it is known to be there
 * @param waiting the sentences of all reasons why it waits now
 * @param queueDeadline null for none, or when it runs
 * @param runDeadline null for none, or when it does not run
 * @param stopping why it is being stopped, null when it is not
 * @param trouble why the cluster does not answer, null while it does
 * @param attempts the present one is the last
 * @param gpuSeconds of all attempts by now
 * @param end null until it is done
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExecutionStatus(
        Workload workload,
        String cluster,
        String namespace,
        Phase phase,
        int attempt,
        String object,
        String uid,
        List<String> waiting,
        Instant queueDeadline,
        Instant runDeadline,
        String stopping,
        String trouble,
        int infrastructureRetries,
        int failureRetries,
        List<AttemptFacts> attempts,
        double gpuSeconds,
        End end) {

    public ExecutionStatus {
        waiting = waiting == null ? List.of() : List.copyOf(waiting);
        attempts = attempts == null ? List.of() : List.copyOf(attempts);
    }
}
