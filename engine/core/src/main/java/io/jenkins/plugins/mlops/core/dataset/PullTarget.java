package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.file.FileTree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Where a pull puts its files. The files are gathered in a staging directory beside the target, which then takes the target's
 * name at once: the target is absent or what it was before, then complete. What stood there before must be empty or a pull's
 * own. A staging directory that a killed pull left is removed by the next one; the caller holds the target's lock.
 */
final class PullTarget {

    private final Path target;
    private final Path staging;
    private final Path replaced;
    private boolean replaceable;

    private PullTarget(Path target, Path parent, DatasetCache cache) {
        this.target = target;
        String tag = Digest.of(cache.directory().toString()).hex().substring(0, 12);
        this.staging = parent.resolve("." + target.getFileName() + ".mlops-new-" + tag);
        this.replaced = parent.resolve("." + target.getFileName() + ".mlops-old-" + tag);
    }

    /** The target at this path; a symbolic link to a directory means that directory. */
    static PullTarget at(Path into, DatasetCache cache) throws IOException {
        Path path = into.toAbsolutePath().normalize();
        if (Files.exists(path)) {
            path = path.toRealPath();
        } else if (Files.isSymbolicLink(path)) {
            throw MlopsException.refused("The directory " + into + " is a symbolic link to nothing: remove it first");
        }
        Path parent = path.getParent();
        if (parent == null || path.getFileName() == null) {
            throw MlopsException.refused("A dataset cannot be pulled over " + path);
        }
        return new PullTarget(path, parent, cache);
    }

    Path path() {
        return target;
    }

    /**
     * Fails unless nothing is there, or what a pull made: quickly, before anything is asked of a store. Not every file is looked at.
     */
    void requireOurs() throws IOException {
        isOurs();
    }

    /** Whether a pull made what is there; false when nothing is. */
    private boolean isOurs() throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!Files.isDirectory(target)) {
            throw MlopsException.refused(target + " is not a directory: choose another place for the dataset");
        }
        PulledDirectory directory = new PulledDirectory(target);
        if (directory.isEmpty()) {
            return false;
        }
        if (!directory.isOurs()) {
            throw MlopsException.refused(
                    "The directory " + target + " has files and was not made by a pull: choose another, or empty it");
        }
        return true;
    }

    /**
     * As {@link #requireReplaceable}, looked at the first time only: for who is about to read one of many objects. Thread-safe.
     */
    synchronized void requireReplaceableOnce(boolean force) throws IOException {
        if (!replaceable) {
            requireReplaceable(force);
            replaceable = true;
        }
    }

    /**
     * Fails unless the target may be replaced. Every file there is looked at.
     *
     * @param force whether files that no pull put there may go
     */
    void requireReplaceable(boolean force) throws IOException {
        if (!isOurs() || force) {
            return;
        }
        PulledDirectory directory = new PulledDirectory(target);
        List<String> foreign;
        try {
            foreign = directory.foreignFiles();
        } catch (MlopsException e) {
            throw MlopsException.refused("The directory " + target + " has a damaged " + PulledDirectory.OWN_NAME
                    + ", so its files cannot be told from foreign ones: give --force to replace it with all it holds");
        }
        if (!foreign.isEmpty()) {
            throw MlopsException.refused("The directory " + target + " has "
                    + (foreign.size() == 1 ? "a file" : foreign.size() + " files") + " that no pull put there ('"
                    + foreign.get(0) + "'): move them away, or give --force to delete them");
        }
    }

    /**
     * Fails when a path cannot be a file's name here, or could leave the target.
     */
    void requireNameable(List<Manifest.Entry> entries) {
        for (Manifest.Entry entry : entries) {
            try {
                if (!staging.resolve(entry.path()).normalize().startsWith(staging)) {
                    throw MlopsException.usage("The path '" + entry.path() + "' would leave the directory");
                }
            } catch (InvalidPathException e) {
                throw MlopsException.usage(
                        "The file name '" + entry.path() + "' cannot be written in this locale ("
                                + Charset.defaultCharset() + ", " + System.getProperty("sun.jnu.encoding")
                                + "): set LC_ALL=C.UTF-8 and try again",
                        e);
            }
        }
    }

    /** Gathers the files from the cache. */
    void stage(
            DatasetCache cache,
            Manifest manifest,
            PullMarker marker,
            List<Manifest.Entry> entries,
            PullOptions options,
            ProgressCount progress)
            throws IOException {
        clear();
        boolean done = false;
        try {
            Files.createDirectories(staging);
            Path links = staging.resolve(PulledDirectory.OWN_NAME).resolve("links");
            boolean cloned = options.placement() == PullOptions.Placement.REFLINK && canClone(cache, entries);
            Path root = cloned ? links : staging;
            makeDirectories(root, entries);
            new Workers("Placing the files", options.jobs(), () -> {}).forEach(entries, entry -> {
                Path source = cache.source(entry.sha256(), entry.size());
                place(
                        source,
                        root.resolve(entry.path()),
                        cloned || options.placement() == PullOptions.Placement.HARDLINK);
                progress.add(1, entry.size());
            });
            if (cloned) {
                Reflinks.copyTree(links, staging);
                FileTree.delete(links);
            }
            manifest.write(PulledDirectory.manifestFile(staging));
            Documents.writeJson(PulledDirectory.markerFile(staging), marker);
            done = true;
        } finally {
            if (!done) {
                clear();
            }
        }
    }

    /** All that lies in a directory stands together, so each is made once, or few times. */
    private static void makeDirectories(Path root, List<Manifest.Entry> entries) throws IOException {
        Files.createDirectories(root);
        String last = "";
        for (Manifest.Entry entry : entries) {
            int slash = entry.path().lastIndexOf('/');
            if (slash > 0 && !(slash == last.length() && entry.path().startsWith(last))) {
                last = entry.path().substring(0, slash);
                Files.createDirectories(root.resolve(last));
            }
        }
    }

    /** Looked at once, with any file: all come from one cache. */
    private boolean canClone(DatasetCache cache, List<Manifest.Entry> entries) throws IOException {
        if (entries.isEmpty()) {
            return false;
        }
        Manifest.Entry any = entries.iterator().next();
        Path probe = staging.resolve(PulledDirectory.OWN_NAME);
        try {
            return Reflinks.tryCopy(cache.source(any.sha256(), any.size()), probe);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private static void place(Path blob, Path file, boolean link) throws IOException {
        if (link) {
            try {
                Files.createLink(file, blob);
                return;
            } catch (IOException | UnsupportedOperationException otherFileSystemOrTooManyLinks) {
                Files.deleteIfExists(file);
            }
        }
        copy(blob, file);
        BlobFile.stamp(file);
    }

    /** With the permissions of a new file: those of the cache's would forbid to write to it. */
    private static void copy(Path blob, Path file) throws IOException {
        try (FileChannel from = FileChannel.open(blob, StandardOpenOption.READ);
                FileChannel to = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long size = from.size();
            for (long at = 0; at < size; ) {
                at += from.transferTo(at, size - at, to);
            }
        }
    }

    /** Gives the staging directory the target's name. */
    void appear() throws IOException {
        try {
            boolean replaces = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
            if (replaces) {
                Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
            }
            try {
                Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (replaces) {
                    Files.move(replaced, target, StandardCopyOption.ATOMIC_MOVE);
                }
                throw e;
            }
        } finally {
            clear();
        }
    }

    /** Removes what a pull left beside the target; puts the old version back if a killed pull had taken it away. */
    private void clear() throws IOException {
        if (Files.exists(replaced) && !Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            Files.move(replaced, target, StandardCopyOption.ATOMIC_MOVE);
        }
        FileTree.delete(replaced);
        FileTree.delete(staging);
    }
}
