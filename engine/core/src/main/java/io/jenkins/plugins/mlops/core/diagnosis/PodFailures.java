package io.jenkins.plugins.mlops.core.diagnosis;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.diagnosis.End.Cause;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Why one pod failed. */
final class PodFailures {

    private static final int KILLED = 137;
    private static final int SIGNALS = 128;
    private static final int LAST_SIGNAL = 64;
    private static final Map<Integer, String> SIGNAL_NAMES =
            Map.of(4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11, "SIGSEGV", 15, "SIGTERM");
    private static final int SIGBUS = 7;
    private static final int SIGKILL = 9;

    /** What the pod's node says when it did not take the pod, or gave it back; beside "OutOf" and a resource. */
    private static final Set<String> TURNED_AWAY = Set.of(
            "UnexpectedAdmissionError",
            "NodeAffinity",
            "NodePorts",
            "TopologyAffinityError",
            "NodeShutdown",
            "Shutdown",
            "Terminated",
            "TaintToleration");

    private static final Set<String> NOT_STARTED = Set.of("StartError", "ContainerCannotRun", "RunContainerError");

    private PodFailures() {}

    /**
     * A pod that failed.
     *
     * @param at when it began to; the first of several decides
     * @param own whether it did not only follow from the deletion of the pod, so that its end says what happened
     */
    record Failure(PodState pod, Instant at, boolean own, End end) {}

    /** Empty while it has not failed. */
    static Optional<Failure> of(PodState pod) {
        Optional<Failure> disrupted = pod.disruption().flatMap(condition -> disrupted(pod, condition));
        if (disrupted.isPresent()) {
            return disrupted;
        }
        if (pod.hasFailed() && pod.reason() != null) {
            Optional<Failure> turnedAway = byReason(pod);
            if (turnedAway.isPresent()) {
                return turnedAway;
            }
        }
        Optional<Failure> command = pod.commandEnd()
                .filter(end -> end.getExitCode() != 0 || wasEnded(pod, end))
                .map(end -> failure(pod, end, command(pod, end)));
        if (command.isPresent()) {
            return command;
        }
        if (!pod.hasBegun()) {
            for (ContainerStatus tool : pod.initContainers().toList()) {
                Optional<ContainerStateTerminated> ended = PodState.terminated(tool);
                if (ended.isPresent() && ended.get().getExitCode() != 0) {
                    return Optional.of(failure(pod, ended.get(), tool(pod, tool.getName(), ended.get())));
                }
            }
        }
        return vanished(pod);
    }

    private static Failure failure(PodState pod, ContainerStateTerminated ended, End end) {
        Instant at = Words.instant(ended.getFinishedAt());
        return wasEnded(pod, ended)
                ? new Failure(pod, pod.deletionAsked(), false, deleted(pod))
                : new Failure(pod, at == null ? Instant.EPOCH : at, true, end);
    }

    /**
     * Whether the command ended only when the pod's deletion was asked for, with whatever code: code that is told to end keeps a
     * checkpoint and often ends with 0, which is no success.
     */
    private static boolean wasEnded(PodState pod, ContainerStateTerminated ended) {
        Instant at = Words.instant(ended.getFinishedAt());
        Instant asked = pod.deletionAsked();
        return asked != null && (at == null || !at.isBefore(asked));
    }

    /** The cluster ends the pod: an end once it has ended, or its node cannot say so any more. */
    private static Optional<Failure> disrupted(PodState pod, PodCondition condition) {
        String reason = String.valueOf(condition.getReason());
        boolean lost = reason.equals("DeletionByTaintManager") || reason.equals("DeletionByPodGC");
        return lost || pod.hasEnded() ? disturbed(pod) : Optional.empty();
    }

    /** The cluster ends the pod, or did; empty when its command had ended before. */
    static Optional<Failure> disturbed(PodState pod) {
        if (pod.disruption().isEmpty()) {
            return Optional.empty();
        }
        PodCondition condition = pod.disruption().get();
        String reason = String.valueOf(condition.getReason());
        Instant at = Words.instant(condition.getLastTransitionTime());
        String said = Words.tidy(condition.getMessage());
        Optional<Instant> finished = pod.commandEnd().map(end -> Words.instant(end.getFinishedAt()));
        if (finished.isPresent() && at != null && finished.get().isBefore(at)) {
            return Optional.empty();
        }
        String where = pod.node() == null ? "" : " from node " + pod.node();
        End end =
                switch (reason) {
                    case "PreemptionByScheduler" ->
                        end(pod, Cause.PREEMPTED, "Pod " + pod.name() + " was preempted" + where + because(said));
                    case "DeletionByTaintManager", "DeletionByPodGC" ->
                        end(
                                pod,
                                Cause.NODE_LOST,
                                "Node " + pod.node() + ", which pod " + pod.name() + " ran on, was lost"
                                        + because(said));
                    default ->
                        end(
                                pod,
                                Cause.EVICTED,
                                "Pod " + pod.name() + " was evicted" + where
                                        + because(pod.message().isEmpty() ? said : pod.message()));
                };
        return Optional.of(new Failure(pod, at == null ? Instant.EPOCH : at, true, end));
    }

    private static Optional<Failure> byReason(PodState pod) {
        String reason = pod.reason();
        String message = pod.message();
        Instant at =
                pod.commandEnd().map(end -> Words.instant(end.getFinishedAt())).orElse(pod.placed());
        Instant when = at == null ? Instant.EPOCH : at;
        String node = pod.node() == null ? "its node" : "node " + pod.node();
        End end = null;
        if (reason.equals("Evicted")) {
            boolean own = message.contains("exceeds the limit") || message.contains("exceeds the total limit");
            end = own
                    ? end(
                            pod,
                            Cause.OUT_OF_SPACE,
                            "Pod " + pod.name() + " wrote more than its limit on " + node + " and was evicted: "
                                    + message
                                    + "; write less, or raise the limit"
                                    + (message.contains("\"shm\"") ? " by resources.shm" : ""))
                    : end(pod, Cause.EVICTED, "Pod " + pod.name() + " was evicted from " + node + because(message));
        } else if (reason.equals("Preempting") || reason.equals("Preempted")) {
            end = end(pod, Cause.PREEMPTED, "Pod " + pod.name() + " was preempted from " + node + because(message));
        } else if (reason.equals("NodeLost")) {
            end = end(pod, Cause.NODE_LOST, "Node " + pod.node() + " was lost" + because(message));
        } else if (reason.equals("DeadlineExceeded")) {
            end = end(pod, Cause.RUN_DEADLINE, "Pod " + pod.name() + " was active longer than its deadline");
        } else if (reason.startsWith("OutOf") || TURNED_AWAY.contains(reason)) {
            String said = message.isEmpty() ? reason : reason + ": " + message;
            end = end(pod, Cause.EVICTED, "Pod " + pod.name() + " was turned away by " + node + because(said));
        }
        return Optional.ofNullable(end).map(known -> new Failure(pod, when, true, known));
    }

    private static End command(PodState pod, ContainerStateTerminated ended) {
        int code = ended.getExitCode();
        String reason = String.valueOf(ended.getReason());
        if (reason.equals("OOMKilled")) {
            return new End(Cause.OUT_OF_MEMORY, outOfMemory(pod, code), pod.rank(), code, pod.name(), pod.node());
        }
        if (reason.equals("ContainerStatusUnknown")) {
            return end(
                    pod,
                    Cause.NODE_LOST,
                    "Node " + pod.node() + " lost what it knew of pod " + pod.name()
                            + because(Words.tidy(ended.getMessage())));
        }
        if (NOT_STARTED.contains(reason)) {
            return new End(
                    Cause.CONFIGURATION,
                    pod.subject() + " could not be started in image "
                            + pod.workload().image() + ": " + startError(ended.getMessage()),
                    pod.rank(),
                    code,
                    pod.name(),
                    pod.node());
        }
        return new End(
                Cause.EXITED,
                pod.subject() + " ended with exit code " + code + signal(pod, code) + " (" + pod.title() + ")",
                pod.rank(),
                code,
                pod.name(),
                pod.node());
    }

    private static String outOfMemory(PodState pod, int code) {
        Workload.PodResources resources = pod.workload().resources();
        String limit = resources.memory() == null ? "what its node could give" : "its limit of " + resources.memory();
        String what = code == KILLED
                ? pod.subject() + " used more memory than " + limit + " and was killed"
                : "A process of " + (pod.workload().nodes() > 1 ? "rank " + pod.rank() : "the command")
                        + " used more memory than " + limit + " and was killed, and the command ended with exit code "
                        + code;
        return what + " (OOMKilled, " + pod.title()
                + "): raise resources.memory, or make batches or data loader workers fewer"
                + (resources.shm() == null ? "" : "; what lies in /dev/shm, up to " + resources.shm() + ", counts too");
    }

    /** The runtime's chain of "failed to": what is at its end says it all. */
    private static String startError(String message) {
        String text = Words.tidy(message);
        int exec = text.indexOf("exec: ");
        return (exec < 0 ? text : text.substring(exec)).replaceFirst(": unknown$", "");
    }

    private static String signal(PodState pod, int code) {
        int signal = code - SIGNALS;
        if (signal <= 0 || signal > LAST_SIGNAL) {
            return "";
        }
        String name = SIGNAL_NAMES.getOrDefault(signal, "signal " + signal);
        if (signal == SIGBUS) {
            return ", " + name + ": /dev/shm may be full, which has "
                    + (pod.workload().resources().shm() == null
                            ? "64 MiB"
                            : pod.workload().resources().shm())
                    + " (resources.shm)";
        }
        if (signal == SIGKILL) {
            return ", " + name
                    + ", though it kept to its memory limit: the node's memory may have run out, or somebody killed it";
        }
        return ", " + name;
    }

    private static End tool(PodState pod, String container, ContainerStateTerminated ended) {
        int code = ended.getExitCode();
        String said = Words.tidy(ended.getMessage());
        boolean unreachable = code == MlopsException.Kind.UNREACHABLE.exitCode();
        String what =
                switch (container) {
                    case "supply" -> "What the command needs could not be brought to pod " + pod.name();
                    case "await-rank-0" -> "Rank 0 was not there for rank " + pod.rank() + " in time";
                    default -> "Container " + container + " of pod " + pod.name() + " failed before the command began";
                };
        String why = "OOMKilled".equals(ended.getReason())
                ? ": it used more memory than its limit (OOMKilled)"
                : because(said) + " (exit code " + code + ")";
        return new End(
                unreachable ? Cause.SUPPLY_UNREACHABLE : Cause.SUPPLY_FAILED,
                what + why,
                pod.rank(),
                code,
                pod.name(),
                pod.node());
    }

    /** It is gone, and nobody saw how it ended; or it failed in a way that nobody has told. */
    private static Optional<Failure> vanished(PodState pod) {
        if (pod.isGone() && !pod.hasSucceeded()) {
            Instant asked = pod.deletionAsked();
            return Optional.of(new Failure(pod, asked == null ? Instant.EPOCH : asked, false, deleted(pod)));
        }
        if (pod.hasFailed()) {
            boolean own = pod.deletionAsked() == null;
            String reason = pod.reason() == null ? "" : pod.reason() + " ";
            String said = Words.tidy(reason + pod.message());
            End end = own
                    ? end(
                            pod,
                            Cause.EVICTED,
                            "Pod " + pod.name() + " failed without an end of its command" + because(said))
                    : deleted(pod);
            Instant placed = pod.placed();
            return Optional.of(new Failure(pod, placed == null ? Instant.EPOCH : placed, own, end));
        }
        return Optional.empty();
    }

    private static End deleted(PodState pod) {
        return end(
                pod,
                Cause.DELETED,
                "Somebody deleted pod " + pod.name() + (pod.node() == null ? "" : " on node " + pod.node()));
    }

    private static End end(PodState pod, Cause cause, String sentence) {
        return new End(cause, sentence, pod.rank(), null, pod.name(), pod.node());
    }

    private static String because(String said) {
        return said.isEmpty() ? "" : ": " + said;
    }
}
