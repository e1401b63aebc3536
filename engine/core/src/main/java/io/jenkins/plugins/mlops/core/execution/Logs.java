package io.jenkins.plugins.mlops.core.execution;

import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.cluster.LogPart;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.workload.Ranks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** The logs of all ranks of an execution; rank 0's is told to the listener. Not thread-safe. */
final class Logs implements AutoCloseable {

    /**
     * A log that grew by this much is followed, no longer asked for: a node rotates logs by size, and what was written between the
     * last question and the rotation would be lost.
     */
    private static final long FOLLOWED_FROM = 256 << 10;

    /** In the whole process: more streams than a connection carries would keep other calls from it. */
    private static final int MAX_FOLLOWED = 64;

    private static final AtomicInteger FOLLOWED = new AtomicInteger();

    /** How long after a container's end the end of its stream is waited for. */
    private static final Duration STREAM_END = Duration.ofSeconds(5);

    private static final int MAX_TOOLS = 16;
    private static final int TOOL_LINES = 100;
    private static final long TOOL_BYTES = 4 << 20;

    /** A log that is followed. */
    private static final class Following {
        final String pod;
        final ClusterCalls.Stream stream;
        Instant ended;

        Following(String pod, ClusterCalls.Stream stream) {
            this.pod = pod;
            this.stream = stream;
        }
    }

    private final Path directory;
    private final String container;
    private final ClusterCalls cluster;
    private final Timing timing;
    private final Map<Integer, RankLog> ranks = new TreeMap<>();
    private final Mirror mirror;

    private final Map<Integer, Following> followed = new TreeMap<>();

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
            boolean ended = hasEnded(pod);
            boolean gone = seen.isGone(PodReading.uid(pod));
            if (isFollowed(pod, log, ended || gone, now)) {
                continue;
            }
            if (gone) {
                if (!log.cursor().complete()) {
                    log.missingEnd(why(Ranks.of(pod)));
                }
                continue;
            }
            if (pod.getMetadata().getDeletionTimestamp() != null && !ended) {
                // It is about to go, and its log with it.
                follow(pod, log);
                if (followed.containsKey(Ranks.of(pod))) {
                    continue;
                }
            }
            if (ended && !log.cursor().complete() && log.due().isAfter(now.plus(timing.logMin()))) {
                log.hurry(now);
            }
            if (!log.due().isAfter(now)) {
                read(pod, log, ended, now);
            }
        }
    }

    /** Takes what a log's stream has brought; false when there is none, or no longer. */
    private boolean isFollowed(Pod pod, RankLog log, boolean ended, Instant now) throws IOException {
        Following following = followed.get(Ranks.of(pod));
        if (following == null) {
            return false;
        }
        boolean same = following.pod.equals(PodReading.uid(pod));
        if (same) {
            log.take(following.stream.take(), now, timing);
        }
        if (ended && following.ended == null) {
            following.ended = now;
        }
        boolean over = following.stream.hasEnded();
        if (same && over && ended && following.stream.failure() == null) {
            log.complete();
        }
        if (over || !same || following.ended != null && now.isAfter(following.ended.plus(STREAM_END))) {
            close(following);
            followed.remove(Ranks.of(pod));
            log.hurry(now);
            return log.cursor().complete();
        }
        return true;
    }

    private void follow(Pod pod, RankLog log) {
        if (!followed.containsKey(Ranks.of(pod)) && !log.cursor().complete()) {
            if (FOLLOWED.incrementAndGet() > MAX_FOLLOWED) {
                FOLLOWED.decrementAndGet();
                return;
            }
            log.streamBegins();
            followed.put(
                    Ranks.of(pod),
                    new Following(
                            PodReading.uid(pod),
                            cluster.followLog(pod.getMetadata().getName(), container, log.since())));
        }
    }

    /** Follows all that run from now on: they are about to be ended, and what they print until then must not be lost. */
    void follow(Observation seen) throws IOException {
        for (Pod pod : seen.pods()) {
            if (hasLog(pod) && !hasEnded(pod) && !seen.isGone(PodReading.uid(pod))) {
                RankLog log = rank(Ranks.of(pod));
                if (PodReading.uid(pod).equals(log.cursor().pod())) {
                    follow(pod, log);
                }
            }
        }
    }

    @Override
    public void close() {
        followed.values().forEach(Logs::close);
        followed.clear();
    }

    private static void close(Following following) {
        following.stream.close();
        FOLLOWED.decrementAndGet();
    }

    /**
     * The last lines of the tool containers that failed, as many pods as people will look at.
     *
     * @return by {@code rank N, CONTAINER}
     */
    Map<String, List<String>> failedTools(Observation seen) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (Pod pod : seen.pods()) {
            if (found.size() >= MAX_TOOLS || seen.isGone(PodReading.uid(pod))) {
                continue;
            }
            for (String tool : PodReading.failedTools(pod, container)) {
                List<String> lines;
                try {
                    lines = cluster.readLog(pod.getMetadata().getName(), tool, null, TOOL_BYTES).lines().stream()
                            .map(LogPart.Line::text)
                            .collect(Collectors.toList());
                } catch (MlopsException e) {
                    lines = List.of("(its log cannot be read: " + e.getMessage() + ")");
                }
                found.put(
                        "rank " + Ranks.of(pod) + ", " + tool,
                        lines.subList(Math.max(0, lines.size() - TOOL_LINES), lines.size()));
            }
        }
        return found;
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
            if (!ended && log.taken() > FOLLOWED_FROM) {
                follow(pod, log);
            }
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
        close();
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
