package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.CacheStats.Amount;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a cache has beside verified files and does not need any more. What source ids are bound to is never removed: it is what tells that a
 * store changed bytes.
 */
final class CacheLeftovers {

    /** A download that nobody went on with for so long. */
    private static final Duration STALE = Duration.ofDays(7);

    /** A note that nobody read for so long. */
    private static final Duration FORGOTTEN = Duration.ofDays(90);

    /** A file that was being written so long ago is not being written any more. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final DatasetCache cache;
    private final boolean dryRun;
    private final Instant now;
    private Amount removed;

    CacheLeftovers(DatasetCache cache, boolean dryRun, Instant now) {
        this.cache = cache;
        this.dryRun = dryRun;
        this.now = now;
    }

    /** @param maxAge how long a download may lie if that is shorter than usual; null for as long as usual */
    Amount clearPartial(Duration maxAge) throws IOException {
        removed = Amount.NONE;
        Duration longest = maxAge != null && maxAge.compareTo(STALE) < 0 ? maxAge : STALE;
        for (Path file : files(cache.directory().resolve(DatasetCache.PARTIAL))) {
            String name = CacheDirectory.nameOf(file);
            if (name.endsWith(CacheDirectory.UNFINISHED)) {
                removeUnused(file, ABANDONED);
                continue;
            }
            String id = name.endsWith(PartialFile.ETAG)
                    ? name.substring(0, name.length() - PartialFile.ETAG.length())
                    : name;
            // its lock has either name, depending on whether the digest was known
            cache.locks()
                    .trying(
                            id,
                            () -> cache.locks().trying("sha256:" + id, () -> {
                                removeUnused(file, longest);
                                return null;
                            }));
        }
        return removed;
    }

    Amount clearNotes() throws IOException {
        removed = Amount.NONE;
        for (Path shard : files(cache.directory().resolve(DatasetCache.OBJECTS))) {
            for (Path note : files(shard)) {
                removeUnused(note, ABANDONED, () -> !leadsAnywhere(note));
            }
        }
        for (String kind : List.of(DatasetCache.PREFIXES, "published", "uploads")) {
            for (Path note : files(cache.directory().resolve(kind))) {
                removeUnused(note, note.toString().endsWith(CacheDirectory.UNFINISHED) ? ABANDONED : FORGOTTEN);
            }
        }
        for (Path lease : files(cache.directory().resolve(CacheLeases.DIRECTORY))) {
            if (lease.toString().endsWith(CacheDirectory.UNFINISHED)) {
                removeUnused(lease, ABANDONED);
            }
        }
        return removed;
    }

    private boolean leadsAnywhere(Path note) throws IOException {
        try {
            return Files.exists(cache.blob(Digest.parse(Files.readString(note))));
        } catch (NoSuchFileException | MlopsException goneOrTorn) {
            return false;
        }
    }

    private void removeUnused(Path file, Duration longest) throws IOException {
        removeUnused(file, longest, () -> true);
    }

    /** @param isUseless asked last, as it may read the file, which counts as a use */
    private void removeUnused(Path file, Duration longest, CacheLocks.Work<Boolean> isUseless) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return;
        }
        Instant used = attributes.lastModifiedTime().toInstant();
        Instant read = attributes.lastAccessTime().toInstant();
        if ((read.isAfter(used) ? read : used).plus(longest).isBefore(now) && isUseless.run()) {
            if (!dryRun) {
                Files.deleteIfExists(file);
            }
            removed = removed.plus(attributes.size());
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            List<Path> files = new ArrayList<>();
            found.forEach(files::add);
            return files;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
    }
}
