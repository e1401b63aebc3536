package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;

/**
 * Keeps a cache at a size, as well as that goes beside pulls. The bytes that were counted last, and what pulls added since, stand in
 * the file {@code usage}: the cache is counted anew only when that exceeds the limit, or is a day old. An eviction goes somewhat below the
 * limit, so that not every pull evicts, and ends after a minute, for the next one to go on.
 */
final class CacheLimit {

    private static final String FILE = "usage";
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration COUNT_ANEW = Duration.ofDays(1);
    private static final int ROOM = 10;

    private final DatasetCache cache;
    private final CacheDirectory directory;

    /** What was counted. */
    private record Usage(long bytes, Instant counted) {}

    CacheLimit(DatasetCache cache, CacheDirectory directory) {
        this.cache = cache;
        this.directory = directory;
    }

    /**
     * Evicts when the cache has grown beyond the limit. What goes wrong with that is nothing that the pull has failed at: the
     * next one tries again, and {@code mlops cache gc} tells it.
     */
    void keep(long maxBytes, long added, ProgressListener progress) {
        try {
            if (!fits(maxBytes, added)) {
                cache.locks().trying(CacheEviction.LOCK, () -> {
                    EvictionLimits limits = new EvictionLimits(maxBytes - maxBytes / ROOM, null);
                    Instant now = Instant.now();
                    remember(new CacheEviction(cache, limits, false, progress, now)
                            .run(false, now.plus(LONGEST))
                            .left());
                    return null;
                });
            }
        } catch (IOException | MlopsException e) {
            return;
        }
    }

    private boolean fits(long maxBytes, long added) throws IOException {
        return cache.holding(FILE, () -> {
            Usage usage = read();
            if (usage == null
                    || usage.bytes() + added > maxBytes
                    || usage.counted().plus(COUNT_ANEW).isBefore(Instant.now())) {
                return false;
            }
            write(new Usage(usage.bytes() + added, usage.counted()));
            return true;
        });
    }

    /** Writes down what was counted. */
    void remember(long bytes) throws IOException {
        cache.holding(FILE, () -> {
            write(new Usage(bytes, Instant.now()));
            return null;
        });
    }

    private Usage read() throws IOException {
        try {
            String[] words = Files.readString(file()).strip().split(" ");
            return new Usage(Long.parseLong(words[0]), Instant.ofEpochMilli(Long.parseLong(words[1])));
        } catch (NoSuchFileException | NumberFormatException | ArrayIndexOutOfBoundsException absentOrTorn) {
            return null;
        }
    }

    private void write(Usage usage) throws IOException {
        Path unfinished = CacheDirectory.unfinishedBeside(directory.make().resolve(FILE));
        try {
            Files.writeString(unfinished, usage.bytes() + " " + usage.counted().toEpochMilli() + "\n");
            directory.share(unfinished);
            Files.move(unfinished, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private Path file() {
        return directory.root().resolve(FILE);
    }
}
