package io.jenkins.plugins.mlops.core.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;

/**
 * How a verified file looks, in the cache and in pulled directories: it has one fixed modification time. Whoever writes to it
 * changes that, so a file of the right size with the time untouched need not be hashed again.
 */
final class BlobFile {

    /** The modification time of what was verified. */
    static final FileTime SEALED = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));

    private static final Set<PosixFilePermission> READ_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

    private BlobFile() {}

    /** Marks a file whose bytes were verified, and makes it read-only. */
    static void seal(Path file) throws IOException {
        stamp(file);
        PosixFileAttributeView posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (posix != null) {
            posix.setPermissions(READ_ONLY);
        } else if (!file.toFile().setReadOnly()) {
            throw new IOException(file + " cannot be made read-only");
        }
    }

    /**
     * Seals a file and gives it its final name. Of a file of another user, who alone could seal it, a copy is sealed.
     *
     * @param from is gone then, unless it is {@code to}
     */
    static void install(Path from, Path to) throws IOException {
        try {
            seal(from);
        } catch (IOException notOurs) {
            Path own = CacheDirectory.unfinishedBeside(from);
            try {
                Files.copy(from, own);
                seal(own);
                move(own, to);
            } finally {
                Files.deleteIfExists(own);
            }
            if (!from.equals(to)) {
                Files.delete(from);
            }
            return;
        }
        if (!from.equals(to)) {
            move(from, to);
        }
    }

    /** Marks a file whose bytes were verified. */
    static void stamp(Path file) throws IOException {
        // Not by java.nio, which opens the file for it.
        if (!file.toFile().setLastModified(SEALED.toMillis())) {
            throw new IOException(file + ": its modification time cannot be set");
        }
    }

    /** @param accessed null to leave it */
    static void setTimes(Path file, FileTime modified, FileTime accessed) throws IOException {
        Files.getFileAttributeView(file, BasicFileAttributeView.class).setTimes(modified, accessed, null);
    }

    /** Whether nobody wrote to the file since it was verified. */
    static boolean isSealed(BasicFileAttributes file, long size) {
        return file.isRegularFile()
                && file.size() == size
                && file.lastModifiedTime().equals(SEALED);
    }

    /** Gives a file its final name at once; its directory is made when it is missing. */
    static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            Files.createDirectories(Objects.requireNonNull(to.getParent(), "a blob has a directory"));
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
