package io.jenkins.plugins.mlops.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What became of a build's reports to Bitbucket, in {@code bitbucket-reports.json} of the build's directory. It tells people; what is to be sent
 * never depends on it. Thread-safe.
 */
final class ReportLog {

    private static final Logger LOGGER = Logger.getLogger(ReportLog.class.getName());
    private static final String FILE = "bitbucket-reports.json";
    private static final Object WRITING = new Object();
    /** Why reports of builds that run have failed: the thread on which a build ends may read no file. */
    private static final Cache<Run<?, ?>, List<String>> FAILURES =
            CacheBuilder.newBuilder().weakKeys().build();

    private ReportLog() {}

    /** How far it is. */
    enum State {
        WAITING,
        SENT,
        FAILED,
        /** Not sent, since a later build has something newer to say in the same place. */
        REPLACED
    }

    /**
     * A report.
     *
     * @param place as {@link Letter#place}
     * @param what it is, for people
     * @param where it goes, for people
     * @param why it failed, or waits again; one sentence; null without a reason
     * @param at ISO 8601, when that was found
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Entry(String place, String what, String where, State state, String why, String at) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Content(List<Entry> reports) {
        Content {
            reports = reports == null ? List.of() : List.copyOf(reports);
        }
    }

    /** Writes down how far a letter is; of a build that is gone, nothing. */
    static void write(@NonNull Letter letter, @NonNull State state, @CheckForNull String why) {
        Run<?, ?> run = Notes.build(letter.build());
        if (run != null) {
            write(run, new Entry(letter.place(), letter.what(), letter.where(), state, why, now()));
        }
    }

    /** Writes down that nothing can be reported at all. */
    static void writeFailure(@NonNull Run<?, ?> run, @NonNull String why) {
        write(run, new Entry("", "Reports to Bitbucket", "", State.FAILED, why, now()));
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static void write(Run<?, ?> run, Entry entry) {
        synchronized (WRITING) {
            Path file = file(run);
            if (!Files.isDirectory(run.getRootDir().toPath())) {
                return; // the build was deleted just now
            }
            List<Entry> entries = new ArrayList<>(read(run));
            entries.removeIf(there -> there.place().equals(entry.place()));
            entries.add(entry);
            try {
                Documents.writeJson(file, new Content(entries));
                remember(run, entries);
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, e, () -> "What became of the reports of " + run + " cannot be written");
            }
        }
    }

    /** What was to be reported; empty for a build that reports nothing. */
    @NonNull
    static List<Entry> read(@NonNull Run<?, ?> run) {
        Path file = file(run);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return Documents.read(file, Content.class).reports();
        } catch (MlopsException e) {
            LOGGER.log(Level.WARNING, "What became of the reports of {0} cannot be read: {1}", new Object[] {
                run, e.getMessage()
            });
            return List.of();
        }
    }

    /** Has {@link #failures} know of a build that goes on after a restart. */
    static void remember(@NonNull Run<?, ?> run) {
        synchronized (WRITING) {
            if (FAILURES.getIfPresent(run) == null) {
                remember(run, read(run));
            }
        }
    }

    private static void remember(Run<?, ?> run, List<Entry> entries) {
        if (run.isBuilding()) {
            FAILURES.put(
                    run,
                    entries.stream()
                            .filter(entry -> entry.state() == State.FAILED)
                            .map(Entry::why)
                            .toList());
        }
    }

    /** Why reports of a build that just runs, or has run until now, have failed; from memory. */
    @NonNull
    static List<String> failures(@NonNull Run<?, ?> run) {
        List<String> known = FAILURES.getIfPresent(run);
        return known == null ? List.of() : known;
    }

    static boolean has(@NonNull Run<?, ?> run) {
        return Files.exists(file(run));
    }

    private static Path file(Run<?, ?> run) {
        return run.getRootDir().toPath().resolve(FILE);
    }
}
