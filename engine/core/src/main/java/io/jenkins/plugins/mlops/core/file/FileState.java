package io.jenkins.plugins.mlops.core.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What tells, without reading it, that a file is not the one that it was. Immutable.
 *
 * @param size in bytes
 * @param modified when it was last written, nanoseconds since 1970
 * @param changed when the system last changed anything of it, which no program can set back, nanoseconds since 1970; 0 where
 *     that is not kept
 * @param identity device and inode; {@code -} where there are none
 */
public record FileState(long size, long modified, long changed, String identity) {

    private static final String UNKNOWN = "-";
    /** The coarsest clock of a file system that is in use, FAT's. */
    private static final Duration TICK = Duration.ofSeconds(2);

    /** The state now, of what a symbolic link leads to. */
    public static FileState of(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            Map<String, Object> unix = Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,dev,ino");
            return new FileState(
                    (long) unix.get("size"),
                    nanos((FileTime) unix.get("lastModifiedTime")),
                    nanos((FileTime) unix.get("ctime")),
                    unix.get("dev") + ":" + unix.get("ino"));
        }
        BasicFileAttributes basic = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileState(basic.size(), nanos(basic.lastModifiedTime()), 0, UNKNOWN);
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }

    /**
     * Whether a later change is sure to show: not when the file was changed within the same tick of the file system's clock in which it
     * was looked at (Git's "racy" entries).
     *
     * @param seen when this state was found
     */
    public boolean isSettled(Instant seen) {
        Instant last = Instant.ofEpochSecond(0, Math.max(modified, changed));
        return last.plus(TICK).isBefore(seen);
    }
}
