package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.dataset.CacheStats.Amount;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Damaged files, kept for who looks for the reason: each with a note beside it. It is bounded, the oldest ones go first; keeping one
 * never fails the work that found it. Thread-safe.
 */
final class Quarantine {

    /** Where it is in a cache. */
    static final String DIRECTORY = "quarantine";

    static final int MAX_FILES = 32;
    static final long MAX_BYTES = 1L << 30;

    private static final String NOTE = ".json";
    private static final int SHORT = 16;

    private final CacheDirectory cache;
    private final Path directory;

    Quarantine(CacheDirectory cache) {
        this.cache = cache;
        this.directory = cache.root().resolve(DIRECTORY);
    }

    /**
     * What is known of a damaged file.
     *
     * @param from the object that it came from, or the place in the cache
     * @param expected the hash of what it should be
     * @param found the hash of what it is
     * @param links directories that it is linked into, and that are damaged as well
     * @param kept whether its bytes lie beside the note; more than a gibibyte is not kept
     */
    record Note(String from, String expected, String found, long bytes, int links, Instant at, boolean kept) {}

    /** Takes a file away from where it is. The same damage twice is kept once. */
    void take(Path file, String from, String expected, String found) throws IOException {
        long bytes = Files.size(file);
        try {
            cache.make(DIRECTORY);
            String name = name(expected) + "-" + Digest.of(found).hex().substring(0, SHORT);
            boolean kept = bytes <= MAX_BYTES;
            int links = CachedFile.links(file) - 1;
            if (kept) {
                Files.move(
                        file,
                        directory.resolve(name),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            Path note = directory.resolve(name + NOTE);
            Documents.writeJson(note, new Note(from, expected, found, bytes, links, Instant.now(), kept));
            cache.share(note);
            bound();
        } catch (IOException unkept) {
            Files.deleteIfExists(file); // the work that found it needs the place; it tells what it found itself
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Removes all that was taken for a file, or has its bytes. */
    boolean forget(Digest sha256) throws IOException {
        boolean any = false;
        for (Path note : notes()) {
            Path file = fileOf(note);
            if (CacheDirectory.nameOf(note).startsWith(name(sha256.toString()) + "-")
                    || Documents.read(note, Note.class).found().equals(sha256.toString())) {
                any |= Files.deleteIfExists(file);
                Files.deleteIfExists(note);
            }
        }
        return any;
    }

    /** The files in it, without the notes. */
    Amount amount() throws IOException {
        Amount amount = Amount.NONE;
        for (Path note : notes()) {
            amount = amount.plus(size(fileOf(note)));
        }
        return amount;
    }

    private void bound() throws IOException {
        record Kept(Path note, FileTime at) {}
        List<Kept> newestFirst = new ArrayList<>();
        for (Path note : notes()) {
            newestFirst.add(new Kept(note, Files.getLastModifiedTime(note)));
        }
        newestFirst.sort(Comparator.comparing(Kept::at).reversed());
        int files = 0;
        long bytes = 0;
        for (Kept kept : newestFirst) {
            Path file = fileOf(kept.note());
            files++;
            bytes += size(file);
            if (files > MAX_FILES || bytes > MAX_BYTES) {
                Files.deleteIfExists(file);
                Files.deleteIfExists(kept.note());
            }
        }
    }

    private List<Path> notes() throws IOException {
        List<Path> notes = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*" + NOTE)) {
            found.forEach(notes::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return notes;
    }

    /** Zero when it was not kept, or is gone. */
    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static Path fileOf(Path note) {
        String name = CacheDirectory.nameOf(note);
        return note.resolveSibling(name.substring(0, name.length() - NOTE.length()));
    }

    private static String name(String expected) {
        return expected.replaceAll("[^A-Za-z0-9]", "-");
    }
}
