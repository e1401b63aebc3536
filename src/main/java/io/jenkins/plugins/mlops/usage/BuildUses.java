package io.jenkins.plugins.mlops.usage;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Fingerprint;
import hudson.model.Job;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.security.ACLContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * Which builds used what, by Jenkins' own fingerprints, which forget builds that are deleted; {@link MovedJobs} has them follow jobs that are renamed. Whoever
 * asks is told of builds only whose lineage he may see. Thread-safe.
 */
public final class BuildUses {

    private static final Logger LOGGER = Logger.getLogger(BuildUses.class.getName());

    private BuildUses() {}

    /** Notes that a build uses something; again changes nothing. A note that cannot be written is missing in lists, no more. */
    public static void add(@NonNull Run<?, ?> run, @NonNull Subject subject) {
        try {
            Jenkins.get()
                    .getFingerprintMap()
                    .getOrCreate((Run<?, ?>) null, subject.label(), subject.fingerprint())
                    .addFor(run);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "That " + run + " uses the " + subject.label() + " cannot be noted");
        }
    }

    /** Follows a job to its new name. */
    static void rename(Subject subject, String from, String to) {
        try {
            Fingerprint found = Jenkins.get()._getFingerprint(subject.fingerprint());
            if (found != null) {
                found.rename(from, to);
            }
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "That " + to + " uses the " + subject.label() + " cannot be noted");
        }
    }

    /** Whether the viewer may see the lineage of a job that uses it. */
    public static boolean isSeen(@NonNull Subject subject, @NonNull Viewer viewer) {
        return usages(subject).keySet().stream()
                .anyMatch(job -> seen(job, viewer).isPresent());
    }

    /** The newest builds that use it, as far as the viewer may see them. */
    @NonNull
    public static List<Run<?, ?>> of(@NonNull Subject subject, @NonNull Viewer viewer, int limit) {
        record Head(Run<?, ?> build, Iterator<Run<?, ?>> rest) {}
        PriorityQueue<Head> heads = new PriorityQueue<>(
                Comparator.comparingLong((Head head) -> head.build().getTimeInMillis())
                        .reversed());
        usages(subject)
                .forEach((name, numbers) -> seen(name, viewer).ifPresent(job -> {
                    Iterator<Run<?, ?>> builds = builds(job, numbers);
                    if (builds.hasNext()) {
                        heads.add(new Head(builds.next(), builds));
                    }
                }));
        List<Run<?, ?>> newest = new ArrayList<>();
        while (newest.size() < limit && !heads.isEmpty()) {
            Head head = heads.remove();
            newest.add(head.build());
            if (head.rest().hasNext()) {
                heads.add(new Head(head.rest().next(), head.rest()));
            }
        }
        return newest;
    }

    /** The build that made it, or uses it alone; empty when the viewer may not see it. */
    @NonNull
    public static Optional<Run<?, ?>> first(@NonNull Subject subject, @NonNull Viewer viewer) {
        return of(subject, viewer, 1).stream().findFirst();
    }

    /** The newest first; loaded as they are asked for. */
    private static Iterator<Run<?, ?>> builds(Job<?, ?> job, Fingerprint.RangeSet numbers) {
        Iterator<Integer> all = numbers.listNumbersReverse().iterator();
        return new Iterator<>() {
            private Run<?, ?> next = find();

            private Run<?, ?> find() {
                while (all.hasNext()) {
                    Run<?, ?> build = job.getBuildByNumber(all.next());
                    if (build != null) {
                        return build;
                    }
                }
                return null;
            }

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public Run<?, ?> next() {
                if (next == null) {
                    throw new NoSuchElementException();
                }
                Run<?, ?> found = next;
                next = find();
                return found;
            }
        };
    }

    private static Optional<Job<?, ?>> seen(String fullName, Viewer viewer) {
        Job<?, ?> job;
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            job = Jenkins.get().getItemByFullName(fullName, Job.class);
        }
        return job != null && viewer.seesLineageOf(job) ? Optional.of(job) : Optional.empty();
    }

    private static Map<String, Fingerprint.RangeSet> usages(Subject subject) {
        try {
            Fingerprint found = Jenkins.get()._getFingerprint(subject.fingerprint());
            Map<String, Fingerprint.RangeSet> usages = found == null ? null : found.getUsages();
            return usages == null ? Map.of() : usages;
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "Which builds use the " + subject.label() + " cannot be read");
            return Map.of();
        }
    }
}
