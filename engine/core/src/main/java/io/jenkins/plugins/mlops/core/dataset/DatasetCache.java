package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.ObjectChangedException;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The content-addressed cache below a directory, shared by threads and processes: {@code blobs/sha256/ab/<hex>} holds verified
 * files, {@code partial} downloads to go on with, {@code objects} the digests of objects that were read without knowing them,
 * {@code bindings} which content a source id was found to have, {@code prefixes}
 * the last known manifest of each prefix, {@code locks} what is under way. However many ask for a file, it is downloaded
 * once. Thread-safe.
 */
public final class DatasetCache {

    private final Path directory;
    private volatile CacheLocks locks;

    private DatasetCache(Path directory) {
        this.directory = directory;
    }

    /** The cache below this directory, which is made when the first file comes. */
    public static DatasetCache at(Path directory) {
        return new DatasetCache(directory.toAbsolutePath().normalize());
    }

    public Path directory() {
        return directory;
    }

    /** A file that is in the cache now, and what it took. */
    record Fetched(Digest sha256, long downloadedBytes) {}

    /** Where the cache keeps a file. */
    Path blob(Digest sha256) {
        return directory
                .resolve("blobs")
                .resolve("sha256")
                .resolve(sha256.hex().substring(0, 2))
                .resolve(sha256.hex());
    }

    /** Whether the cache has the file, untouched since it was verified. */
    boolean has(Digest sha256, long size) throws IOException {
        Path blob = blob(sha256);
        if (!blob.toFile().exists()) { // most are not there in a first pull, and an exception costs more than the look
            return false;
        }
        try {
            return BlobFile.isSealed(Files.readAttributes(blob, BasicFileAttributes.class), size);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Makes the cache have the file with this digest.
     *
     * @param arrived hears how many bytes more of it are here
     * @throws CorruptObjectException when the object has other bytes, twice
     */
    Fetched fetch(ObjectStore store, ObjectPin pin, Digest sha256, long size, LongConsumer arrived) throws IOException {
        return holding(sha256.toString(), () -> {
            if (has(sha256, size) || isMended(sha256, size)) {
                arrived.accept(size);
                return new Fetched(sha256, 0);
            }
            long downloaded = 0;
            Digest found = null;
            for (int attempt = 0; attempt < 2; attempt++) {
                try (PartialFile partial = partial(sha256.hex(), size, null, arrived)) {
                    downloaded += download(store::download, pin, size, partial);
                    found = partial.digest();
                    if (found.equals(sha256)) {
                        partial.install(blob(sha256));
                        return new Fetched(sha256, downloaded);
                    }
                    partial.discard();
                }
            }
            throw new CorruptObjectException(pin.location(), sha256, found);
        });
    }

    /** Makes the cache have an object whose digest is not known yet; its state must be pinned. */
    Fetched fetch(ObjectStore store, ObjectPin pin, long size, LongConsumer arrived) throws IOException {
        return fetch(store, pin, size, null, arrived);
    }

    /**
     * As the other.
     *
     * @param check what the bytes are compared with before they count; null for nothing
     * @throws MlopsException of kind FAILED when they are others
     */
    Fetched fetch(ObjectStore store, ObjectPin pin, long size, ContentCheck check, LongConsumer arrived)
            throws IOException {
        String id = Digest.of(store.endpoint() + "\n" + pin.location() + "\n" + pin.etag() + "\n" + pin.versionId()
                        + "\n" + size + (check == null ? "" : "\n" + check.expected()))
                .hex();
        return holding(id, () -> {
            Optional<Digest> learnt = learnt(id);
            if (learnt.isPresent() && has(learnt.get(), size)) {
                arrived.accept(size);
                return new Fetched(learnt.get(), 0);
            }
            try (PartialFile partial = partial(id, size, check, arrived)) {
                long downloaded =
                        download(check == null ? store::downloadUnknown : store::download, pin, size, partial);
                String difference = check == null ? null : check.difference();
                if (difference != null) {
                    partial.discard();
                    throw corrupt(pin, check, difference);
                }
                Digest sha256 = partial.digest();
                Fetched fetched = holding(sha256.toString(), () -> {
                    if (has(sha256, size)) {
                        partial.discard();
                        arrived.accept(size);
                    } else {
                        Files.deleteIfExists(blob(sha256));
                        partial.install(blob(sha256));
                    }
                    return new Fetched(sha256, downloaded);
                });
                learn(id, sha256);
                return fetched;
            }
        });
    }

    /** The digest that an object in this state was found to have; empty when nobody read it yet. */
    private Optional<Digest> learnt(String id) throws IOException {
        try {
            return Optional.of(Digest.parse(Files.readString(learntFile(id))));
        } catch (NoSuchFileException | MlopsException absentOrTorn) {
            return Optional.empty(); // it only saves a download
        }
    }

    private void learn(String id, Digest sha256) throws IOException {
        Path file = learntFile(id);
        Files.createDirectories(Objects.requireNonNull(file.getParent(), "it has a directory"));
        Files.writeString(file, sha256.toString());
    }

    private Path learntFile(String id) {
        return directory.resolve("objects").resolve(id.substring(0, 2)).resolve(id);
    }

    static MlopsException corrupt(ObjectPin pin, ContentCheck check, String found) {
        return MlopsException.failed(
                "The object " + pin.location() + " is corrupt in the store: its bytes have the hash " + found
                        + " where " + check.expected() + " is wanted; push it anew from a clone that has it");
    }

    /** How an object's bytes come into a file. */
    @FunctionalInterface
    private interface Reading {
        String into(ObjectPin pin, long size, PartialFile partial);
    }

    private static long download(Reading reading, ObjectPin pin, long size, PartialFile partial) throws IOException {
        long before = partial.position();
        if (pin.etag() != null && before > 0 && !pin.etag().equals(partial.etag())) {
            partial.restart();
            before = 0;
        }
        if (pin.etag() == null && before > 0) {
            try {
                reading.into(pin.withEtag(partial.etag()), size, partial);
                return size - before;
            } catch (ObjectChangedException e) {
                partial.restart(); // the same content was uploaded anew
                before = 0;
            }
        }
        reading.into(pin, size, partial);
        return size - before;
    }

    /** A file that somebody touched is hashed again: kept when it is whole, else deleted. */
    private boolean isMended(Digest sha256, long size) throws IOException {
        Path blob = blob(sha256);
        if (!blob.toFile().exists()) {
            return false;
        }
        if (Files.size(blob) == size && Digest.of(blob).equals(sha256)) {
            BlobFile.seal(blob);
            return true;
        }
        Files.delete(blob);
        return false;
    }

    /**
     * Removes a file, and what came of it so far. Hard links to it in pulled directories stay.
     *
     * @return whether there was something
     */
    boolean purge(Digest sha256) throws IOException {
        return holding(sha256.toString(), () -> {
            boolean whole = Files.deleteIfExists(blob(sha256));
            Path partial = partialFile(sha256.hex());
            Files.deleteIfExists(partial.resolveSibling(partial.getFileName() + PartialFile.ETAG));
            return Files.deleteIfExists(partial) || whole;
        });
    }

    /**
     * Removes files, for good reason: the cache fetches them anew when they are asked for. Hard links to them in pulled directories
     * stay.
     *
     * @return how many were there
     * @throws MlopsException of kind FAILED when one cannot be removed
     */
    public int purge(Collection<Digest> files) {
        int removed = 0;
        for (Digest file : files) {
            try {
                removed += purge(file) ? 1 : 0;
            } catch (IOException e) {
                throw MlopsException.failed(
                        "The file " + file + " cannot be removed from the cache " + directory + ": "
                                + LocalFailures.reason(e) + "; remove " + blob(file),
                        e);
            }
        }
        return removed;
    }

    private PartialFile partial(String id, long size, ContentCheck check, LongConsumer arrived) throws IOException {
        Path file = partialFile(id);
        try {
            return PartialFile.open(file, size, check, arrived);
        } catch (NoSuchFileException e) {
            Files.createDirectories(Objects.requireNonNull(file.getParent(), "it has a directory"));
            return PartialFile.open(file, size, check, arrived);
        }
    }

    private Path partialFile(String id) {
        return directory.resolve("partial").resolve(id);
    }

    /** Does the work when no other thread and no other process holds the name. */
    <T> T holding(String name, CacheLocks.Work<T> work) throws IOException {
        CacheLocks known = locks;
        if (known == null) {
            known = CacheLocks.in(directory);
            locks = known;
        }
        return known.holding(name, work);
    }

    /** Which content a source id was found to have the first time. */
    record Binding(String source, Digest content) {}

    /** The content that a source id is bound to. */
    Optional<Digest> bound(String sourceId) {
        Path file = bindingFile(sourceId);
        return Files.exists(file)
                ? Optional.of(Documents.read(file, Binding.class).content())
                : Optional.empty();
    }

    /**
     * Binds a source id to a content id.
     *
     * @throws MlopsException of kind REFUSED when it is bound to another
     */
    void bind(String sourceId, Digest content) throws IOException {
        holding(sourceId, () -> {
            Optional<Digest> before = bound(sourceId);
            if (before.isPresent() && !before.get().equals(content)) {
                throw MlopsException.refused("Alarm: the source id " + sourceId + " stood for " + before.get()
                        + " and now stands for " + content
                        + ", so the store changed bytes without changing what it says of"
                        + " them: find out which copy is right before anything uses it (the first is recorded in "
                        + bindingFile(sourceId) + ")");
            }
            if (before.isEmpty()) {
                Documents.writeJson(bindingFile(sourceId), new Binding(sourceId, content));
            }
            return null;
        });
    }

    private Path bindingFile(String sourceId) {
        return directory.resolve("bindings").resolve(Digest.of(sourceId).hex() + ".json");
    }

    /** The last known manifest of a prefix; empty when there is none that can be read. */
    Optional<Manifest> knownPrefix(String prefix) {
        Path file = prefixFile(prefix);
        try {
            return Files.exists(file) ? Optional.of(Manifest.read(file)) : Optional.empty();
        } catch (MlopsException e) {
            return Optional.empty(); // it only saves work, and is written again
        }
    }

    void rememberPrefix(String prefix, Manifest manifest) throws IOException {
        manifest.write(prefixFile(prefix));
    }

    private Path prefixFile(String prefix) {
        return directory.resolve("prefixes").resolve(Digest.of(prefix).hex() + ".json");
    }
}
