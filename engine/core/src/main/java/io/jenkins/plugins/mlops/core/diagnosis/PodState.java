package io.jenkins.plugins.mlops.core.diagnosis;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.workload.Ranks;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A pod's status in the words of its workload; nothing in it is ever null but what is said to be. */
final class PodState {

    private final Workload workload;
    private final Pod pod;
    private final PodStatus status;
    private final boolean gone;
    private final Instant stopped;

    private PodState(Workload workload, Pod pod, boolean gone, Instant stopped) {
        this.stopped = stopped;
        this.workload = workload;
        this.pod = pod;
        this.status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
        this.gone = gone;
    }

    static List<PodState> of(Workload workload, Observation seen) {
        return seen.pods().stream()
                .map(pod -> new PodState(
                        workload, pod, seen.isGone(pod.getMetadata().getUid()), stopped(workload, pod, seen)))
                .toList();
    }

    /** When its node began to stop the command; null when no event says so. */
    private static Instant stopped(Workload workload, Pod pod, Observation seen) {
        return seen.events().stream()
                .filter(event -> pod.getMetadata()
                        .getUid()
                        .equals(event.getInvolvedObject().getUid()))
                .filter(event -> "Killing".equals(event.getReason())
                        && String.valueOf(event.getMessage()).endsWith(" container " + workload.container()))
                .map(Words::last)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    String name() {
        return pod.getMetadata().getName();
    }

    String uid() {
        return pod.getMetadata().getUid();
    }

    int rank() {
        return Ranks.of(pod);
    }

    /** Null before it has one. */
    String node() {
        return pod.getSpec() == null ? null : pod.getSpec().getNodeName();
    }

    boolean isGone() {
        return gone;
    }

    boolean hasSucceeded() {
        return "Succeeded".equals(status.getPhase());
    }

    boolean hasFailed() {
        return "Failed".equals(status.getPhase());
    }

    boolean hasEnded() {
        return gone || hasSucceeded() || hasFailed();
    }

    /** Such as Evicted, of the pod itself; null for none. */
    String reason() {
        return status.getReason();
    }

    String message() {
        return Words.tidy(status.getMessage());
    }

    /** As people call it, with where it is. */
    String title() {
        return "pod " + name() + (node() == null ? "" : " on node " + node());
    }

    /** The rank, or just the command when there is but one. */
    String subject() {
        return workload.nodes() > 1 ? "Rank " + rank() : "The command";
    }

    /** A condition that holds, whether its status is True or not as asked. */
    Optional<PodCondition> condition(String type, String wanted) {
        return status.getConditions().stream()
                .filter(condition -> type.equals(condition.getType()) && wanted.equals(condition.getStatus()))
                .findFirst();
    }

    /** The cluster says that it ends the pod, and why. */
    Optional<PodCondition> disruption() {
        return condition("DisruptionTarget", "True");
    }

    Optional<ContainerStatus> container(String name) {
        return containers().filter(one -> name.equals(one.getName())).findFirst();
    }

    /** All of them, those that run before the command first. */
    Stream<ContainerStatus> containers() {
        return Stream.concat(status.getInitContainerStatuses().stream(), status.getContainerStatuses().stream());
    }

    Stream<ContainerStatus> initContainers() {
        return status.getInitContainerStatuses().stream();
    }

    boolean isCommand(ContainerStatus container) {
        return workload.container().equals(container.getName());
    }

    static Optional<ContainerStateTerminated> terminated(ContainerStatus container) {
        return Optional.ofNullable(container.getState()).map(ContainerState::getTerminated);
    }

    Optional<ContainerStateTerminated> commandEnd() {
        return container(workload.container()).flatMap(PodState::terminated);
    }

    /** Whether the command has begun, and perhaps ended. */
    boolean hasBegun() {
        return container(workload.container())
                .map(ContainerStatus::getState)
                .filter(state -> state.getRunning() != null || state.getTerminated() != null)
                .isPresent();
    }

    boolean isRunning() {
        return !gone
                && container(workload.container())
                        .map(ContainerStatus::getState)
                        .filter(state -> state.getRunning() != null)
                        .isPresent();
    }

    /** When it got its node, else when it was made; null when nobody says. */
    Instant placed() {
        return condition("PodScheduled", "True")
                .map(PodCondition::getLastTransitionTime)
                .map(Words::instant)
                .orElseGet(() -> Words.instant(pod.getMetadata().getCreationTimestamp()));
    }

    /** When somebody asked for its deletion; null when nobody did. */
    Instant deletionAsked() {
        Instant until = Words.instant(pod.getMetadata().getDeletionTimestamp());
        Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
        if (until == null) {
            return null;
        }
        // When all containers have ended, the node asks once more, with no grace, and the first time is written over.
        Instant asked = until.minusSeconds(grace == null ? 0 : grace);
        return stopped != null && stopped.isBefore(asked) ? stopped : asked;
    }

    /** Its node runs it as far as anybody knows, but does not report any more: the cluster has marked it so. */
    boolean isUnheard() {
        return isRunning()
                && condition("Ready", "False").isPresent()
                && status.getContainerStatuses().stream().allMatch(one -> Boolean.TRUE.equals(one.getReady()));
    }

    Pod pod() {
        return pod;
    }

    Workload workload() {
        return workload;
    }
}
