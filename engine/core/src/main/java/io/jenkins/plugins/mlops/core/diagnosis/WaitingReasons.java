package io.jenkins.plugins.mlops.core.diagnosis;

import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.util.List;

/** Says why a workload's pods do not run yet. */
public final class WaitingReasons {

    private WaitingReasons() {}

    /**
     * All reasons, the first to be solved first; none when nothing is known, or all pods run or have ended.
     *
     * @param seen the objects of one attempt
     * @param facts asked only where a sentence can use them
     */
    public static List<WaitingReason> of(Workload workload, Observation seen, ClusterFacts facts) {
        return List.of();
    }
}
