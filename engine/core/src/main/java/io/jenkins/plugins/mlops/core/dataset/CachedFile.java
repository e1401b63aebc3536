package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A verified file in a cache, by what the file system says of it.
 *
 * @param lastUseMillis since the epoch, to the hour or so
 * @param links names that the file has; more than one when it is linked into directories, where evicting it frees nothing
 * @param sealed whether nobody wrote to it since it was verified
 */
record CachedFile(Path path, Digest sha256, long size, long lastUseMillis, int links, boolean sealed) {

    /** A last use is written down when the one before is older. */
    private static final long USE_WORTH_NOTING_MILLIS = 3_600_000;

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    boolean isLinked() {
        return links > 1;
    }

    /** The directories among which a cache spreads its files. */
    static List<Path> shards(Path cache) throws IOException {
        List<Path> shards = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(DatasetCache.blobs(cache))) {
            found.forEach(shards::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return shards;
    }

    /** The files in one of them; those that go meanwhile are left out. */
    static List<CachedFile> in(Path shard) throws IOException {
        List<CachedFile> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(
                shard, file -> HEX.matcher(CacheDirectory.nameOf(file)).matches())) {
            for (Path file : found) {
                read(file).ifPresent(files::add);
            }
        }
        return files;
    }

    /** Empty when it is gone. */
    static Optional<CachedFile> read(Path file) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new CachedFile(
                    file,
                    new Digest(CacheDirectory.nameOf(file)),
                    attributes.size(),
                    attributes.lastAccessTime().toMillis(),
                    links(file),
                    BlobFile.isSealed(attributes, attributes.size())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The number of names of a file; 1 where that is not known. */
    static int links(Path file) throws IOException {
        try {
            Map<String, Object> attributes = Files.readAttributes(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
            return (Integer) attributes.get("nlink");
        } catch (UnsupportedOperationException | IllegalArgumentException notUnix) {
            return 1;
        }
    }

    /**
     * Writes down, as the time of the last access, that a file is used now; nothing when that was written down within the hour, or
     * cannot be.
     */
    static void use(Path file, BasicFileAttributes attributes) {
        long now = System.currentTimeMillis();
        if (now - attributes.lastAccessTime().toMillis() < USE_WORTH_NOTING_MILLIS) {
            return;
        }
        setLastUse(file, attributes.lastModifiedTime(), now);
    }

    /** As it was before a check read the file. */
    void restoreLastUse() {
        if (sealed) {
            setLastUse(path, BlobFile.SEALED, lastUseMillis);
        }
    }

    private static void setLastUse(Path file, FileTime modified, long millis) {
        try {
            BlobFile.setTimes(file, modified, FileTime.fromMillis(millis));
        } catch (IOException notOurs) {
            readOne(file); // the system writes the time down, on most mounts at least once a day
        }
    }

    private static void readOne(Path file) {
        try (var in = Files.newInputStream(file)) {
            in.read();
        } catch (IOException e) {
            return; // the file is evicted sooner than it might be
        }
    }
}
