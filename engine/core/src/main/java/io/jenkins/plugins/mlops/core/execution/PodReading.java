package io.jenkins.plugins.mlops.core.execution;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.jenkins.plugins.mlops.core.workload.Ranks;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a pod's status says about where, when and what it ran. */
final class PodReading {

    private PodReading() {}

    static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    static PodFacts facts(Pod pod, String command, PodFacts before, boolean gone, Instant now) {
        PodStatus status = pod.getStatus();
        boolean over = status != null && ("Succeeded".equals(status.getPhase()) || "Failed".equals(status.getPhase()));
        Instant ended = before == null ? null : before.ended();
        if (ended == null && (over || gone)) {
            ended = containers(pod)
                    .map(PodReading::finished)
                    .filter(Objects::nonNull)
                    .max(Comparator.naturalOrder())
                    .orElse(now);
        }
        return new PodFacts(
                Ranks.of(pod),
                pod.getMetadata().getName(),
                uid(pod),
                pod.getSpec() == null ? null : pod.getSpec().getNodeName(),
                command(pod, command).map(PodReading::image).orElse(null),
                placed(pod),
                started(pod),
                ended);
    }

    /** The container that runs the command. */
    private static Optional<ContainerStatus> command(Pod pod, String name) {
        return pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getContainerStatuses().stream()
                        .filter(container -> name.equals(container.getName()))
                        .findFirst();
    }

    /** Whether a container has begun, and so has a log. */
    static boolean hasLog(Pod pod, String container) {
        return command(pod, container)
                .map(status -> state(status).getRunning() != null || endedState(status))
                .orElse(false);
    }

    /** Whether a container has ended. */
    static boolean hasEnded(Pod pod, String container) {
        return command(pod, container).map(PodReading::endedState).orElse(false);
    }

    private static boolean endedState(ContainerStatus container) {
        // A container that never started may be "terminated" too, with no time of its start.
        return state(container).getTerminated() != null
                && state(container).getTerminated().getStartedAt() != null;
    }

    /** The other containers that ended with an error: those that bring data and keep outputs. */
    static List<String> failedTools(Pod pod, String command) {
        return containers(pod)
                .filter(container -> !command.equals(container.getName()) && endedState(container))
                .filter(container -> !Integer.valueOf(0)
                        .equals(state(container).getTerminated().getExitCode()))
                .map(ContainerStatus::getName)
                .collect(Collectors.toList());
    }

    /** When its first container began, null when none did. */
    static Instant started(Pod pod) {
        return containers(pod)
                .map(PodReading::began)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static Instant placed(Pod pod) {
        if (pod.getStatus() == null || pod.getSpec() == null || pod.getSpec().getNodeName() == null) {
            return null;
        }
        return pod.getStatus().getConditions().stream()
                .filter(condition -> "PodScheduled".equals(condition.getType()) && "True".equals(condition.getStatus()))
                .map(PodCondition::getLastTransitionTime)
                .map(PodReading::instant)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> instant(pod.getStatus().getStartTime()));
    }

    private static Instant began(ContainerStatus container) {
        ContainerState state = state(container);
        if (state.getRunning() != null) {
            return instant(state.getRunning().getStartedAt());
        }
        return state.getTerminated() == null
                ? null
                : instant(state.getTerminated().getStartedAt());
    }

    private static Instant finished(ContainerStatus container) {
        return state(container).getTerminated() == null
                ? null
                : instant(state(container).getTerminated().getFinishedAt());
    }

    /** The reference that a node has run: by digest, and without the runtime's prefix. */
    private static String image(ContainerStatus container) {
        String id = container.getImageID();
        if (id == null || id.isEmpty()) {
            return null;
        }
        int prefix = id.indexOf("://");
        return prefix < 0 ? id : id.substring(prefix + 3);
    }

    private static ContainerState state(ContainerStatus container) {
        return container.getState() == null ? new ContainerState() : container.getState();
    }

    private static Stream<ContainerStatus> containers(Pod pod) {
        return pod.getStatus() == null
                ? Stream.empty()
                : Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream());
    }

    private static Instant instant(String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
