package io.jenkins.plugins.mlops.core.diagnosis;

import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Instant;
import java.util.Optional;

/**
 * Says how an attempt ended, by the status of its objects alone. The deadlines of queue and run, the hang rule and a person's wish to
 * stop are not seen in objects: whoever drives the attempt knows of those.
 */
public final class Ends {

    private Ends() {}

    /**
     * The end, when there is one: the first rank that failed decides, and of a gang no rank is waited for after it.
     *
     * @param seen the objects of one attempt
     * @param ready since when all of the attempt's objects are known to be there, after the last restart of the watcher: a pod that
     *     misses one of them is given time from then on
     */
    public static Optional<End> of(Workload workload, Observation seen, Instant ready, Instant now) {
        return Optional.empty();
    }
}
