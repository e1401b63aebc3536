package io.jenkins.plugins.mlops.core.execution;

import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.diagnosis.WaitingReason;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What an execution thinks of what the cluster holds. */
interface Judgement {

    /** As {@link io.jenkins.plugins.mlops.core.diagnosis.Ends#of}. */
    Optional<End> end(Workload workload, Observation seen, Instant ready, Instant now);

    /** As {@link io.jenkins.plugins.mlops.core.diagnosis.WaitingReasons#of}. */
    List<WaitingReason> waiting(Workload workload, Observation seen);
}
