package io.jenkins.plugins.mlops.core.execution;

import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.workload.Ranks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The logs of all ranks of an execution; rank 0's is told to the listener. Not thread-safe. */
final class Logs {

    private final Path directory;
    private final String container;
    private final ClusterCalls cluster;
    private final Timing timing;
    private final Map<Integer, RankLog> ranks = new TreeMap<>();
    private final Mirror mirror;

    /** Why a rank's log cannot be read at present. */
    private final Map<Integer, String> troubles = new TreeMap<>();

    Logs(Path directory, String container, ClusterCalls cluster, Timing timing) throws IOException {
        this.directory = directory;
        this.container = container;
        this.cluster = cluster;
        this.timing = timing;
        rank(0);
        this.mirror = new Mirror(RankLog.file(directory, 0));
    }

    /** Whether the command of a pod has begun. */
    boolean hasLog(Pod pod) {
        return PodReading.hasLog(pod, container);
    }

    boolean hasEnded(Pod pod) {
        return PodReading.hasEnded(pod, container);
    }

    RankLog rank(int rank) throws IOException {
        RankLog log = ranks.get(rank);
        if (log == null) {
            log = new RankLog(directory, rank);
            ranks.put(rank, log);
        }
        return log;
    }

    /** Reads what is due of the pods that have logs. */
    void read(Observation seen, int attempt, Instant now) throws IOException {
        for (Pod pod : seen.pods()) {
            if (!hasLog(pod)) {
                continue;
            }
            RankLog log = rank(Ranks.of(pod));
            if (isOfAnEarlierPod(pod, seen)) {
                continue;
            }
            log.follow(PodReading.uid(pod), pod.getMetadata().getName(), attempt, now);
            if (seen.isGone(PodReading.uid(pod))) {
                if (!log.cursor().complete()) {
                    log.missingEnd(why(Ranks.of(pod)));
                }
                continue;
            }
            boolean ended = hasEnded(pod);
            if (ended && !log.cursor().complete() && log.due().isAfter(now.plus(timing.logMin()))) {
                log.hurry(now);
            }
            if (!log.due().isAfter(now)) {
                read(pod, log, ended, now);
            }
        }
    }

    /** Whether another pod of the same rank came after this one. */
    private static boolean isOfAnEarlierPod(Pod pod, Observation seen) {
        return seen.isGone(PodReading.uid(pod))
                && seen.pods().stream()
                        .anyMatch(other -> Ranks.of(other) == Ranks.of(pod)
                                && !PodReading.uid(other).equals(PodReading.uid(pod))
                                && !seen.isGone(PodReading.uid(other)));
    }

    private void read(Pod pod, RankLog log, boolean ended, Instant now) throws IOException {
        int rank = Ranks.of(pod);
        String name = pod.getMetadata().getName();
        try {
            log.read((since, limit) -> cluster.readLog(name, container, since, limit), ended, now, timing);
            troubles.remove(rank);
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            troubles.put(rank, e.getMessage());
            log.postpone(ended ? timing.logMin().multipliedBy(2) : timing.logMax(), now);
        }
    }

    void tell(ExecutionListener listener) throws IOException {
        mirror.tell(rank(0).cursor().length(), listener);
    }

    /** Whether nothing more can come of the pods that have ended or are gone. */
    boolean drained(Observation seen) throws IOException {
        for (Pod pod : seen.pods()) {
            boolean over = hasEnded(pod) || seen.isGone(PodReading.uid(pod));
            if (hasLog(pod)
                    && over
                    && !isOfAnEarlierPod(pod, seen)
                    && !rank(Ranks.of(pod)).cursor().complete()) {
                return false;
            }
        }
        return true;
    }

    /** Gives up what could not be read: the file says so. @return a sentence for each rank */
    List<String> giveUp() throws IOException {
        List<String> lost = new ArrayList<>();
        for (Map.Entry<Integer, RankLog> entry : ranks.entrySet()) {
            LogCursor cursor = entry.getValue().cursor();
            if (cursor.pod() == null || cursor.complete()) {
                continue;
            }
            String why = why(entry.getKey());
            entry.getValue().missingEnd(why);
            lost.add("What rank " + entry.getKey() + " printed after "
                    + (cursor.at() == null ? "its start" : cursor.at()) + " may be missing: " + why);
        }
        return lost;
    }

    /** Reads soon: something has happened in the cluster. */
    void hurry(Instant now) {
        ranks.values().forEach(log -> log.hurry(now));
    }

    private String why(int rank) {
        return troubles.getOrDefault(rank, "its pod was removed before they could be read");
    }

    /** How long until the next log is due. */
    Duration due(Observation seen, Instant now) throws IOException {
        Duration least = timing.logMax();
        for (Pod pod : seen.pods()) {
            if (hasLog(pod) && !seen.isGone(PodReading.uid(pod))) {
                RankLog log = rank(Ranks.of(pod));
                if (log.cursor().complete()) {
                    continue;
                }
                Duration wait = log.due().isAfter(now) ? Duration.between(now, log.due()) : Duration.ZERO;
                least = wait.compareTo(least) < 0 ? wait : least;
            }
        }
        return least;
    }
}
