package io.jenkins.plugins.mlops.core.diagnosis;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.diagnosis.End.Cause;
import io.jenkins.plugins.mlops.core.diagnosis.PodFailures.Failure;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says how an attempt ended, by the status of its objects alone. The deadlines of queue and run, the hang rule and a person's wish to
 * stop are not seen in objects: whoever drives the attempt knows of those.
 */
public final class Ends {

    /** How long other ranks may take to tell that they failed before the one that told it first. */
    private static final Duration SETTLING = Duration.ofSeconds(4);

    private static final String KEEP = "keep";
    private static final int TERMINATED = 143;
    private static final Set<Integer> FOLLOWING = Set.of(1, 134, 143);
    private static final Pattern DISRUPTED =
            Pattern.compile("[Pp]od (?:[^/ ]+/)?(?<pod>[^ ]+) has condition DisruptionTarget");

    private Ends() {}

    /**
     * The end, when there is one: the first rank that failed decides, and of a gang no other is waited for after it.
     *
     * @param seen the objects of one attempt
     * @param ready since when all of the attempt's objects are known to be there, after the last restart of the watcher: a pod that
     *     misses one of them is given time from then on; null while that is unknown
     */
    public static Optional<End> of(Workload workload, Observation seen, Instant ready, Instant now) {
        List<PodState> pods = PodState.of(workload, seen);
        Optional<Owner> owner = Owner.of(seen);
        List<Failure> failures =
                pods.stream().map(PodFailures::of).flatMap(Optional::stream).toList();
        Optional<Failure> first = failures.stream()
                .filter(Failure::own)
                .min(Comparator.comparing(Failure::at).thenComparing(Ends::telling));
        if (first.isPresent()) {
            return settled(first.get(), pods, now) ? Optional.of(lostRank(first.get(), pods)) : Optional.empty();
        }
        Optional<End> ended = failures.stream()
                .filter(failure -> failure.pod().hasSucceeded())
                .findFirst()
                .map(Failure::end);
        if (ended.isPresent()) {
            return ended;
        }
        Optional<End> told = owner.flatMap(known -> byOwner(known, workload, seen, pods));
        if (told.isPresent()) {
            return told;
        }
        Optional<End> deleted =
                failures.stream().min(Comparator.comparing(Failure::at)).map(Failure::end);
        if (deleted.isPresent()) {
            return deleted;
        }
        if (pods.stream()
                        .filter(PodState::hasSucceeded)
                        .map(PodState::rank)
                        .distinct()
                        .count()
                >= workload.nodes()) {
            return Optional.of(success(pods));
        }
        return stuck(pods, workload, seen, ready, now);
    }

    /** Of ranks that failed in the same second: what does not follow from another's end comes first. */
    private static int telling(Failure failure) {
        End end = failure.end();
        boolean following = end.cause() == Cause.EXITED && FOLLOWING.contains(end.exitCode());
        return (following ? 1_000_000 : 0) + end.rank();
    }

    private static boolean settled(Failure first, List<PodState> pods, Instant now) {
        boolean alone = pods.stream().allMatch(PodState::hasEnded);
        boolean justNow = !now.isBefore(first.at()) && now.isBefore(first.at().plus(SETTLING));
        return alone || !justNow || first.end().cause() != Cause.EXITED;
    }

    /** A rank whose peer is taken away, or whose peer's node fell silent, ends with some error of its own: that is why. */
    private static End lostRank(Failure first, List<PodState> pods) {
        if (first.end().cause() != Cause.EXITED) {
            return first.end();
        }
        Optional<Failure> disturbed = pods.stream()
                .map(PodFailures::disturbed)
                .flatMap(Optional::stream)
                .filter(failure -> !failure.at().isAfter(first.at()))
                .min(Comparator.comparing(Failure::at));
        if (disturbed.isPresent()) {
            return disturbed.get().end();
        }
        return pods.stream()
                .filter(pod -> pod.isUnheard()
                        && !String.valueOf(pod.node()).equals(first.pod().node()))
                .findFirst()
                .map(pod -> new End(
                        Cause.NODE_LOST,
                        "Node " + pod.node() + ", which pod " + pod.name() + " of rank " + pod.rank()
                                + " ran on, does not report any more, and then: "
                                + first.end().sentence(),
                        pod.rank(),
                        null,
                        pod.name(),
                        pod.node()))
                .orElse(first.end());
    }

    private static Optional<End> byOwner(Owner owner, Workload workload, Observation seen, List<PodState> pods) {
        boolean begun = pods.stream().anyMatch(PodState::hasBegun);
        if (owner.hasSucceeded()) {
            return Optional.of(success(pods));
        }
        Optional<Owner.Condition> failure = owner.failure();
        if (failure.isPresent()) {
            return byFailure(owner, failure.get(), pods, begun);
        }
        if (owner.isGone()) {
            return Optional.of(end(Cause.DELETED, "Somebody deleted " + owner.title()));
        }
        Optional<Owner.Condition> evicted =
                Owner.kueueWorkload(seen).flatMap(kueue -> Owner.condition(kueue, "Evicted"));
        if (begun
                && (evicted.isPresent() || owner.isSuspended() && pods.stream().noneMatch(PodState::isRunning))) {
            String said = evicted.map(Owner.Condition::message).map(Words::tidy).orElse("it was suspended");
            String reason = evicted.map(Owner.Condition::reason).orElse("");
            boolean preempted = reason.isEmpty() || reason.equals("Preempted");
            return Optional.of(end(
                    preempted ? Cause.PREEMPTED : Cause.EVICTED,
                    "Kueue took " + owner.title() + " back into queue '"
                            + workload.placement().queue() + "': " + said));
        }
        return Optional.empty();
    }

    private static Optional<End> byFailure(Owner owner, Owner.Condition failure, List<PodState> pods, boolean begun) {
        String reason = String.valueOf(failure.reason());
        String message = Words.tidy(failure.message());
        if (reason.equals("DeadlineExceeded")) {
            return Optional.of(end(
                    begun ? Cause.RUN_DEADLINE : Cause.QUEUE_DEADLINE,
                    owner.title() + " was active too long: " + message));
        }
        Matcher disrupted = DISRUPTED.matcher(message);
        if (disrupted.find()) {
            return Optional.of(new End(
                    Cause.EVICTED,
                    "The cluster ended pod " + disrupted.group("pod") + " for reasons of its own, and removed it",
                    null,
                    null,
                    disrupted.group("pod"),
                    null));
        }
        if (!pods.isEmpty()) {
            // A pod that somebody deleted fails its owner too, whose words then say nothing of it.
            return Optional.empty();
        }
        return Optional.of(end(
                Cause.EXITED,
                owner.title() + " failed, and its pods are gone: " + reason
                        + (message.isEmpty() ? "" : ", " + message)));
    }

    private static End success(List<PodState> pods) {
        for (PodState pod : pods) {
            Optional<ContainerStateTerminated> keep = pod.container(KEEP).flatMap(PodState::terminated);
            int code = keep.map(ContainerStateTerminated::getExitCode).orElse(0);
            if (code != 0 && code != TERMINATED) {
                String said = Words.tidy(keep.get().getMessage());
                return new End(
                        Cause.OUTPUTS_MISSING,
                        pod.subject() + " succeeded, but what it left could not be kept"
                                + (said.isEmpty() ? "" : ": " + said) + " (container keep of " + pod.title()
                                + ", exit code " + code + ")",
                        pod.rank(),
                        null,
                        pod.name(),
                        pod.node());
            }
        }
        return end(Cause.SUCCEEDED, "All went well");
    }

    private static Optional<End> stuck(
            List<PodState> pods, Workload workload, Observation seen, Instant ready, Instant now) {
        Optional<End> pod = pods.stream()
                .map(one -> PodTrouble.of(one, seen, ready, now))
                .flatMap(Optional::stream)
                .filter(PodTrouble.Trouble::givenUp)
                .findFirst()
                .map(PodTrouble.Trouble::end);
        if (pod.isPresent() || pods.size() >= workload.nodes()) {
            return pod;
        }
        return Creation.of(seen, ready, now).filter(Creation.Refusal::givenUp).map(Creation.Refusal::end);
    }

    private static End end(Cause cause, String sentence) {
        return new End(cause, sentence, null, null, null, null);
    }
}
