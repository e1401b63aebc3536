package io.jenkins.plugins.mlops.core.execution;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.jenkins.plugins.mlops.core.cluster.LogPart;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an execution asks of a cluster. The calls may be made again whatever became of an earlier one; they fail as those of
 * {@link io.jenkins.plugins.mlops.core.cluster.Cluster} do.
 */
interface ClusterCalls {

    String name();

    String namespace();

    HasMetadata createOrAdopt(HasMetadata wanted);

    Optional<HasMetadata> find(HasMetadata like);

    void delete(HasMetadata object, Duration grace);

    LogPart readLog(String pod, String container, Instant since, long limitBytes);

    /** Follows a container's log; it does not wait for an answer. */
    Stream followLog(String pod, String container, Instant since);

    /** As {@link io.jenkins.plugins.mlops.core.cluster.LogStream}. */
    interface Stream {
        List<LogPart.Line> take();

        boolean hasEnded();

        String failure();

        void close();
    }

    /** Sees to it that main objects of a kind are watched. */
    void watch(Workload.Kind kind);

    Observation observe(Workload.Identity identity, int attempt);

    void forget(String run);
}
