package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directory of a cache, and who may use what is made in it. A directory that is writable for its group and has the setgid
 * bit is shared: all that is made below it is made usable for the group, whatever the umask of the process; that it belongs to the
 * group, the kernel sees to. Thread-safe.
 */
final class CacheDirectory {

    /** What the name of a file ends in that is not under its own name yet. */
    static final String UNFINISHED = ".tmp";

    private static final String MODE = "unix:mode";
    private static final int PERMISSIONS = 07777;
    private static final int SHARED = 02020;
    private static final int FILE_OF_GROUP = 0660;
    private static final int READ_BY_OTHERS = 04;

    private final Path root;
    private final Set<Path> made = ConcurrentHashMap.newKeySet();
    private volatile Integer rootMode;

    CacheDirectory(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    /**
     * The directory of this name below the root, made when it is missing.
     *
     * @throws MlopsException of kind REFUSED when this user may not
     */
    Path make(String... names) throws IOException {
        try {
            if (!made.contains(root)) {
                Files.createDirectories(root);
                made.add(root);
            }
            Path directory = root;
            for (String name : names) {
                directory = directory.resolve(name);
                if (!made.contains(directory)) {
                    makeOne(directory);
                    made.add(directory);
                }
            }
            return directory;
        } catch (AccessDeniedException e) {
            throw denied(e);
        }
    }

    /** Under its name there is never a directory that the group cannot use. */
    private void makeOne(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        try {
            if (!isShared()) {
                Files.createDirectory(directory);
                return;
            }
            Path unfinished = unfinishedBeside(directory);
            Files.createDirectory(unfinished);
            try {
                Files.setAttribute(unfinished, MODE, rootMode());
                Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException e) {
                Files.deleteIfExists(unfinished);
                if (!Files.isDirectory(directory)) {
                    throw e;
                }
            }
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    /**
     * Opens a file at the root for writing, for as long as the process lives.
     *
     * @throws MlopsException of kind REFUSED when this user may not
     */
    FileChannel open(String name) throws IOException {
        Path file = make().resolve(name);
        try {
            if (isShared() && !Files.exists(file)) {
                Path unfinished = unfinishedBeside(file);
                Files.createFile(unfinished);
                try {
                    share(unfinished);
                    Files.createLink(file, unfinished);
                } catch (FileAlreadyExistsException madeByAnother) {
                    return FileChannel.open(file, StandardOpenOption.WRITE);
                } finally {
                    Files.deleteIfExists(unfinished);
                }
            }
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (AccessDeniedException e) {
            throw denied(e);
        }
    }

    /**
     * Lets the group read and write a file; nothing where the directory is not shared, or where the file is another user's, who has
     * done so already.
     */
    void share(Path file) throws IOException {
        if (isShared()) {
            try {
                Files.setAttribute(file, MODE, FILE_OF_GROUP | rootMode() & READ_BY_OTHERS);
            } catch (NoSuchFileException e) {
                throw e;
            } catch (FileSystemException notOurs) {
                return;
            }
        }
    }

    /** The last name of a path below the root. */
    static String nameOf(Path file) {
        return Objects.requireNonNull(file.getFileName(), "what lies in a directory has a name")
                .toString();
    }

    /** A name for what will get the name of the path when it is finished. */
    static Path unfinishedBeside(Path path) {
        return path.resolveSibling("." + UUID.randomUUID() + UNFINISHED);
    }

    /** What to say when this user may not use the cache. */
    MlopsException denied(AccessDeniedException e) {
        return new MlopsException(
                MlopsException.Kind.REFUSED,
                "This user may not write to " + e.getFile() + " of the dataset cache " + root
                        + ": give the cache to a group that its users share ('chgrp -R GROUP' and 'chmod -R g+rwXs' on"
                        + " its directory), or choose another cache",
                e);
    }

    private boolean isShared() throws IOException {
        return (rootMode() & SHARED) == SHARED;
    }

    /** Permissions of the root, 0 where there are none such. */
    private int rootMode() throws IOException {
        if (rootMode == null) {
            try {
                rootMode = (Integer) Files.getAttribute(root, MODE) & PERMISSIONS;
            } catch (UnsupportedOperationException | IllegalArgumentException notUnix) {
                rootMode = 0;
            }
        }
        return rootMode;
    }
}
