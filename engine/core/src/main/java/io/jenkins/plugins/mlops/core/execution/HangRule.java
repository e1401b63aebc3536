package io.jenkins.plugins.mlops.core.execution;

import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.workload.Ranks;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds a rank that hangs, by what the ranks print. Ranks that wait for another in a collective operation are as silent as the one
 * they wait for, and many programs print on rank 0 alone; so silence of a single rank means nothing, unless it used to print. A rank
 * hangs when
 *
 * <ul>
 *   <li>no rank that runs has printed for the time of silence: the one whose last line is the oldest is named; or
 *   <li>it has printed nothing for that time, while before it printed for at least twice that time and never paused for half of it.
 * </ul>
 *
 * A time in which a log could not be read is no silence.
 */
final class HangRule {

    private HangRule() {}

    private record Rank(Pod pod, int number, RankLog log, Duration silent) {}

    static Optional<End> check(Duration silence, Observation seen, Logs logs, Instant now) throws IOException {
        if (silence == null) {
            return Optional.empty();
        }
        List<Rank> running = new ArrayList<>();
        for (Pod pod : seen.pods()) {
            if (seen.isGone(PodReading.uid(pod)) || logs.hasEnded(pod)) {
                continue;
            }
            RankLog log = logs.rank(Ranks.of(pod));
            LogCursor cursor = log.cursor();
            if (!logs.hasLog(pod) || cursor.heard() == null || log.readAt() == null) {
                return Optional.empty();
            }
            running.add(new Rank(pod, Ranks.of(pod), log, Duration.between(cursor.heard(), log.readAt())));
        }
        if (running.isEmpty()) {
            return Optional.empty();
        }
        Rank longest = running.stream().max(Comparator.comparing(Rank::silent)).orElseThrow();
        boolean all = running.stream().allMatch(rank -> rank.silent.compareTo(silence) >= 0);
        if (all) {
            return Optional.of(end(
                    longest,
                    running.size() == 1
                            ? "it has printed nothing for " + text(longest.silent)
                            : "no rank has printed anything for " + text(silence)
                                    + ", and it has been silent longest, for " + text(longest.silent)));
        }
        for (Rank rank : running) {
            Instant first = rank.log.firstHeard();
            boolean used = first != null
                    && Duration.between(first, rank.log.cursor().heard()).compareTo(silence.multipliedBy(2)) >= 0
                    && rank.log.longestPause().compareTo(silence.dividedBy(2)) < 0;
            if (used && rank.silent.compareTo(silence) >= 0) {
                return Optional.of(end(
                        rank,
                        "it printed steadily before and has printed nothing for " + text(rank.silent)
                                + ", while others go on"));
            }
        }
        return Optional.empty();
    }

    private static End end(Rank rank, String why) {
        String node = rank.pod.getSpec().getNodeName();
        return new End(
                End.Cause.HUNG,
                "Rank " + rank.number + " on node " + node + " seems to hang: " + why
                        + "; the pods are removed. Look at what it did last, or allow a longer silence",
                rank.number,
                null,
                rank.pod.getMetadata().getName(),
                node);
    }

    private static String text(Duration duration) {
        return Durations.text(duration);
    }
}
