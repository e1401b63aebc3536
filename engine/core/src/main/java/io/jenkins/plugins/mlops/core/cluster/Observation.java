package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a cluster held of one workload's objects at a moment.
 *
 * @param at when the cluster last confirmed it; null before the first answer
 * @param trouble why the cluster does not answer at present, a phrase for people; null while it does
 * @param owners Jobs, JobSets and the like that carry the workload's labels, and Kueue's Workloads that they own
 * @param pods all that were seen, those that are gone meanwhile as they were last seen
 * @param gone uids of the pods and owners that the cluster does not hold any more
 * @param events of the owners and the pods, oldest first
 */
public record Observation(
        Instant at, String trouble, List<HasMetadata> owners, List<Pod> pods, List<String> gone, List<Event> events) {

    public Observation {
        owners = List.copyOf(owners);
        pods = List.copyOf(pods);
        gone = List.copyOf(gone);
        events = List.copyOf(events);
    }

    public static Observation nothing() {
        return new Observation(null, null, List.of(), List.of(), List.of(), List.of());
    }

    public Optional<HasMetadata> owner(String uid) {
        return owners.stream()
                .filter(owner -> owner.getMetadata().getUid().equals(uid))
                .findFirst();
    }

    /** Whether an object was there and is not any more. */
    public boolean isGone(String uid) {
        return gone.contains(uid);
    }
}
