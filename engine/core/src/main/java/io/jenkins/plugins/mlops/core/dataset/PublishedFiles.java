package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.file.FileState;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the files of a directory were found to be when it was published before, so that those that look the same need not be read:
 * same size, time of modification, time of change, and inode. A file that was changed just before it was read is not remembered,
 * since a change in the same tick of the file system's clock would not show. It only saves work: what cannot be read is
 * not there, what cannot be written is not remembered, and of two publications at a time the later one is. Thread-safe.
 */
final class PublishedFiles {

    private static final String DIRECTORY = "published";
    private static final String HEADER = "mlops-published/1";
    private static final String END = "end ";
    private static final int FIELDS = 6;
    /** How often what was read so far is kept, in case that the process is killed. */
    private static final Duration KEEP = Duration.ofSeconds(30);

    private final CacheDirectory cache;
    private final Path file;
    private final Clock clock;
    private final Map<String, Known> before;
    private final Map<String, Known> now = new ConcurrentHashMap<>();
    private Instant kept;

    private record Known(FileState state, Digest sha256) {}

    private PublishedFiles(CacheDirectory cache, Path file, Map<String, Known> before, Clock clock) {
        this.cache = cache;
        this.file = file;
        this.before = before;
        this.clock = clock;
        this.kept = clock.instant();
    }

    /**
     * What is known of a directory.
     *
     * @param cache null when nothing is remembered
     * @param distrust whether nothing is to be taken from earlier publications
     */
    static PublishedFiles of(DatasetCache cache, Path directory, boolean distrust, Clock clock) throws IOException {
        if (cache == null) {
            return new PublishedFiles(null, null, Map.of(), clock);
        }
        Path file = cache.directory()
                .resolve(DIRECTORY)
                .resolve(Digest.of(directory.toRealPath().toString()).hex());
        return new PublishedFiles(cache.shared(), file, distrust ? Map.of() : read(file), clock);
    }

    /** The digest of a file that looks as it did. */
    Optional<Digest> digest(String path, FileState state) {
        Known known = before.get(path);
        if (known == null || !known.state().equals(state)) {
            return Optional.empty();
        }
        now.put(path, known);
        return Optional.of(known.sha256());
    }

    /**
     * Remembers a file that was read.
     *
     * @param seen when its state was found, before it was read
     */
    void learn(String path, FileState state, Digest sha256, Instant seen) {
        if (state.isSettled(seen)) {
            now.put(path, new Known(state, sha256));
        }
        if (file != null && isTimeToKeep()) {
            keep(true);
        }
    }

    private synchronized boolean isTimeToKeep() {
        if (Duration.between(kept, clock.instant()).compareTo(KEEP) < 0) {
            return false;
        }
        kept = clock.instant();
        return true;
    }

    /**
     * Writes what was found; a failure is one to remember.
     *
     * @param unfinished whether files that were not looked at yet may be there still
     */
    synchronized void keep(boolean unfinished) {
        if (file == null) {
            return;
        }
        Map<String, Known> all = unfinished ? new HashMap<>(before) : new HashMap<>();
        all.putAll(now);
        Path temporary = null;
        try {
            cache.make(DIRECTORY);
            temporary = CacheDirectory.unfinishedBeside(file);
            try (BufferedWriter out = Files.newBufferedWriter(temporary)) {
                out.write(HEADER + "\n");
                for (Map.Entry<String, Known> entry : all.entrySet()) {
                    FileState state = entry.getValue().state();
                    out.write(entry.getValue().sha256().hex() + " " + state.size() + " " + state.modified() + " "
                            + state.changed() + " " + state.identity() + " " + entry.getKey() + "\n");
                }
                out.write(END + all.size() + "\n");
            }
            cache.share(temporary);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | MlopsException e) {
            delete(temporary);
        }
        kept = clock.instant();
    }

    private static void delete(Path temporary) {
        try {
            if (temporary != null) {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            return; // the disk is full, or worse; the publication does not need it
        }
    }

    private static Map<String, Known> read(Path file) {
        Map<String, Known> known = new HashMap<>();
        try (BufferedReader in = Files.newBufferedReader(file)) {
            if (!HEADER.equals(in.readLine())) {
                return Map.of();
            }
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith(END)) {
                    return Integer.parseInt(line.substring(END.length())) == known.size() ? known : Map.of();
                }
                String[] fields = line.split(" ", FIELDS);
                known.put(
                        fields[5],
                        new Known(
                                new FileState(
                                        Long.parseLong(fields[1]),
                                        Long.parseLong(fields[2]),
                                        Long.parseLong(fields[3]),
                                        fields[4]),
                                Digest.parse("sha256:" + fields[0])));
            }
        } catch (IOException | MlopsException | NumberFormatException | ArrayIndexOutOfBoundsException damaged) {
            return Map.of();
        }
        return Map.of();
    }
}
