package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectChangedException;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The content-addressed cache below a directory, shared by threads, processes and users: {@code blobs/sha256/ab/<hex>} holds verified
 * files, {@code partial} downloads to go on with, {@code objects} the digests of objects that were read without knowing them,
 * {@code bindings} which content a source id was found to have, {@code prefixes}
 * the last known manifest of each prefix, {@code locks} what is under way, {@code leases} who needs which files, {@code quarantine}
 * what was found damaged. However many ask for a file, it is downloaded once. Failures are {@link MlopsException}s, of kind REFUSED when
 * this user may not use the cache. Thread-safe.
 */
public final class DatasetCache {

    static final String PARTIAL = "partial";
    static final String OBJECTS = "objects";
    static final String PREFIXES = "prefixes";

    private static final String BLOBS = "blobs";
    private static final String SHA256 = "sha256";
    private static final String BINDINGS = "bindings";
    private static final int SHARD = 2;
    private static final int HELD_AT_ONCE = 8192;

    private final CacheDirectory directory;
    private final CacheLayers layers;
    private final Long maxBytes;
    private final CacheLease lease;
    private volatile CacheLocks locks;

    private DatasetCache(CacheDirectory directory, CacheLayers layers, Long maxBytes, CacheLease lease) {
        this.directory = directory;
        this.layers = layers;
        this.maxBytes = maxBytes;
        this.lease = lease;
    }

    /** The cache below this directory, which is made when the first file comes. */
    public static DatasetCache at(Path directory) {
        return new DatasetCache(
                new CacheDirectory(directory.toAbsolutePath().normalize()), CacheLayers.NONE, null, null);
    }

    /**
     * The same cache over others, whose files are used and which are never written to nor locked.
     *
     * @param lower directories of caches, the first one asked first; one that is missing is empty
     */
    public DatasetCache over(List<Path> lower) {
        return new DatasetCache(directory, CacheLayers.of(lower), maxBytes, lease);
    }

    /**
     * The same cache with a limit: a pull that makes it grow beyond it evicts what was used least recently, as far as it can.
     *
     * @param bytes null for no limit
     * @throws MlopsException of kind USAGE when they are negative
     */
    public DatasetCache limitedTo(Long bytes) {
        return new DatasetCache(directory, layers, new EvictionLimits(bytes, null).maxBytes(), lease);
    }

    public Path directory() {
        return directory.root();
    }

    /** The directory, for what is written in it: usable for all who share the cache. */
    CacheDirectory shared() {
        return directory;
    }

    /** The directories of the caches below this one. */
    public List<Path> layers() {
        return layers.directories();
    }

    CacheLocks locks() throws IOException {
        if (locks == null) {
            locks = CacheLocks.in(directory);
        }
        return locks;
    }

    Quarantine quarantine() {
        return new Quarantine(directory);
    }

    /**
     * Counts what is there.
     *
     * @throws MlopsException of kind FAILED when it cannot be read
     */
    public CacheStats stats(ProgressListener progress) {
        return guarded("Counting what is in the cache " + directory(), () -> {
            Instant now = Instant.now();
            CacheLeases leases = new CacheLeases(directory(), locks());
            holding(CacheLeases.GATE, () -> {
                leases.refresh(now);
                return null;
            });
            CacheSurvey survey = new CacheSurvey(leases::holds, now);
            survey.count(directory(), progress);
            return new CacheStats(
                    directory().toString(),
                    survey.cached(),
                    survey.linked(),
                    survey.held(),
                    CacheSurvey.amountIn(directory().resolve(PARTIAL)),
                    quarantine().amount(),
                    survey.lastUse(),
                    leases.holders(),
                    layers.stats(now, progress));
        });
    }

    /**
     * Removes leftovers, and verified files until the limits are kept or nothing is left that may go: neither what a pull or a named lease
     * holds nor what is linked into directories. Pulls may go on meanwhile.
     *
     * @param dryRun whether to say what would be removed and remove nothing
     * @throws MlopsException of kind FAILED when something cannot be removed, REFUSED when this user may not
     */
    public EvictionResult evict(EvictionLimits limits, boolean dryRun, ProgressListener progress) {
        return guarded(
                "Evicting from the cache " + directory(),
                () -> holding(CacheEviction.LOCK, () -> {
                    EvictionResult result =
                            new CacheEviction(this, limits, dryRun, progress, Instant.now()).run(true, Instant.MAX);
                    if (!dryRun) {
                        new CacheLimit(this, directory).remember(result.left());
                    }
                    return result;
                }));
    }

    /**
     * Reads every verified file and compares it with its digest. Damaged ones go to the quarantine, from where a later pull
     * fetches them anew.
     *
     * @param jobs files read at a time, 1 to 256
     * @throws MlopsException of kind FAILED when it cannot be read
     */
    public CacheCheck verify(int jobs, ProgressListener progress) {
        return guarded(
                "Verifying the cache " + directory(),
                () -> new CacheVerification(this, PullOptions.requireJobs(jobs), progress).run());
    }

    /**
     * Holds files for somebody until a time, whether they are there already or come later: no eviction removes them. What was held by this
     * name before is held no longer.
     *
     * @param holder who needs them, such as a build; 1 to 200 printable characters
     */
    public void hold(String holder, Collection<Digest> files, Instant until) {
        CacheTerm.requireHolder(holder);
        guarded(
                "Holding files in the cache " + directory(),
                () -> holding(CacheLeases.GATE, () -> {
                    CacheLeases.name(
                            directory,
                            new LeaseFile(until, holder),
                            lease -> CacheLeases.write(lease, LeaseFile.lines(files)));
                    return null;
                }));
    }

    /**
     * Holds what somebody holds until another time.
     *
     * @param holder by whose name {@link #hold} or a pull holds it
     * @return whether anything was held by that name
     */
    public boolean prolong(String holder, Instant until) {
        CacheTerm.requireHolder(holder);
        return guarded(
                "Holding files in the cache " + directory(),
                () -> Files.isDirectory(directory())
                        && holding(
                                CacheLeases.GATE, () -> CacheLeases.prolong(directory, new LeaseFile(until, holder))));
    }

    /** Ends what {@link #hold} began; nothing when it has ended. */
    public void letGo(String holder) {
        guarded(
                "Letting go of files in the cache " + directory(),
                () -> Files.deleteIfExists(
                        directory().resolve(CacheLeases.DIRECTORY).resolve(CacheLeases.namedFile(holder))));
    }

    /** What a pull holds; it holds nothing yet. */
    CacheLease lease() throws IOException {
        return CacheLease.in(directory());
    }

    /** The same cache for a pull that holds, by the lease, what it uses. */
    DatasetCache under(CacheLease pull) {
        DatasetCache cache = new DatasetCache(pull.directory(), layers, maxBytes, pull);
        cache.locks = pull.locks();
        return cache;
    }

    /** Holds a file for this pull, if it is one: no eviction removes it from here on. */
    private void hold(Digest file) throws IOException {
        if (lease != null) {
            lease.hold(List.of(file));
        }
    }

    /** Holds files for this pull, if it is one; before it looks whether they are there. */
    void hold(Iterable<Manifest.Entry> files) throws IOException {
        if (lease == null) {
            return;
        }
        List<Digest> some = new ArrayList<>();
        for (Manifest.Entry file : files) {
            some.add(file.sha256());
            if (some.size() == HELD_AT_ONCE) {
                lease.hold(some);
                some.clear();
            }
        }
        lease.hold(some);
    }

    /** After a pull: evicts when the limit is exceeded. Never fails. */
    void grew(long bytes, ProgressListener progress) {
        if (maxBytes != null && bytes > 0) {
            new CacheLimit(this, directory).keep(maxBytes, bytes, progress);
        }
    }

    /** What the file system refuses is told in one sentence. */
    private <T> T guarded(String what, CacheLocks.Work<T> work) {
        try {
            return work.run();
        } catch (AccessDeniedException e) {
            throw directory.denied(e);
        } catch (IOException e) {
            throw MlopsException.failed(what + " failed: " + LocalFailures.reason(e), e);
        }
    }

    /** A file that is in the cache now, and what it took. */
    record Fetched(Digest sha256, long downloadedBytes) {}

    /** Where the cache keeps a file. */
    Path blob(Digest sha256) {
        return blob(directory(), sha256);
    }

    /** Where the cache in a directory keeps a file. */
    static Path blob(Path cache, Digest sha256) {
        return blobs(cache).resolve(sha256.sharded());
    }

    /** Where the cache in a directory keeps its files, spread over directories. */
    static Path blobs(Path cache) {
        return cache.resolve(BLOBS).resolve(SHA256);
    }

    /** Where a file that the cache has can be read: in this one, else in a lower one. */
    Path source(Digest sha256, long size) throws IOException {
        Path own = blob(sha256);
        if (layers.isEmpty() || Files.exists(own)) {
            return own;
        }
        Path lower = layers.find(sha256, size);
        return lower == null ? own : lower;
    }

    /** Whether this cache, or a lower one, has the file, untouched since it was verified. It is used then. */
    boolean has(Digest sha256, long size) throws IOException {
        Path blob = blob(sha256);
        if (!blob.toFile().exists()) { // most are not there in a first pull, and an exception costs more than the look
            return layers.find(sha256, size) != null;
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(blob, BasicFileAttributes.class);
            if (BlobFile.isSealed(attributes, size)) {
                CachedFile.use(blob, attributes);
                return true;
            }
            return false;
        } catch (NoSuchFileException e) {
            return layers.find(sha256, size) != null;
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
            if (has(sha256, size) || isMended(sha256, size) || isTakenFromBelow(sha256, size)) {
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
                        partial.install(madeBlob(sha256));
                        return new Fetched(sha256, downloaded);
                    }
                    partial.quarantine(quarantine(), pin.location().toString(), sha256.toString(), found.toString());
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
            if (learnt.isPresent()) {
                hold(learnt.get());
                if (has(learnt.get(), size)) {
                    arrived.accept(size);
                    return new Fetched(learnt.get(), 0);
                }
            }
            try (PartialFile partial = partial(id, size, check, arrived)) {
                long downloaded =
                        download(check == null ? store::downloadUnknown : store::download, pin, size, partial);
                String difference = check == null ? null : check.difference();
                if (difference != null) {
                    partial.quarantine(quarantine(), pin.location().toString(), check.expected(), difference);
                    throw corrupt(pin, check, difference);
                }
                Digest sha256 = partial.digest();
                hold(sha256);
                Fetched fetched = holding(sha256.toString(), () -> {
                    if (has(sha256, size)) {
                        partial.discard();
                        arrived.accept(size);
                    } else {
                        Files.deleteIfExists(blob(sha256));
                        partial.install(madeBlob(sha256));
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
        for (Path cache : withLayers()) {
            try {
                return Optional.of(Digest.parse(Files.readString(learntFile(cache, id))));
            } catch (NoSuchFileException | MlopsException absentOrTorn) {
                continue; // it only saves a download
            }
        }
        return Optional.empty();
    }

    private void learn(String id, Digest sha256) throws IOException {
        directory.make(OBJECTS, id.substring(0, SHARD));
        Path file = learntFile(directory(), id);
        Path unfinished = CacheDirectory.unfinishedBeside(file);
        Files.writeString(unfinished, sha256.toString());
        directory.share(unfinished);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path learntFile(Path cache, String id) {
        return cache.resolve(OBJECTS).resolve(id.substring(0, SHARD)).resolve(id);
    }

    private List<Path> withLayers() {
        return Stream.concat(Stream.of(directory()), layers.directories().stream())
                .toList();
    }

    /** Where the cache keeps a file, whose directory is there. */
    private Path madeBlob(Digest sha256) throws IOException {
        directory.make(BLOBS, SHA256, sha256.hex().substring(0, SHARD));
        return blob(sha256);
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

    /** A file that somebody touched is hashed again: kept when it is whole, else taken away. The caller holds its lock. */
    boolean isMended(Digest sha256, long size) throws IOException {
        Path blob = blob(sha256);
        if (!blob.toFile().exists()) {
            return false;
        }
        Digest found = Digest.of(blob);
        if (found.equals(sha256) && Files.size(blob) == size) {
            BlobFile.install(blob, blob);
            return true;
        }
        quarantine().take(blob, blob.toString(), sha256.toString(), found.toString());
        return false;
    }

    /** A file of a lower cache that somebody touched, or that was copied without its time, is copied here if it is whole. */
    private boolean isTakenFromBelow(Digest sha256, long size) throws IOException {
        for (Path lower : layers.unverified(sha256, size)) {
            Path copy = CacheDirectory.unfinishedBeside(directory.make(PARTIAL).resolve(sha256.hex()));
            try {
                Files.copy(lower, copy);
                if (Digest.of(copy).equals(sha256)) {
                    BlobFile.install(copy, madeBlob(sha256));
                    return true;
                }
            } catch (NoSuchFileException | AccessDeniedException passedOver) {
                continue;
            } finally {
                Files.deleteIfExists(copy);
            }
        }
        return false;
    }

    /**
     * Removes a file, what came of it so far, and what was found damaged of it. Hard links to it in pulled directories stay.
     *
     * @return whether there was something
     */
    boolean purge(Digest sha256) throws IOException {
        return holding(sha256.toString(), () -> {
            boolean whole = Files.deleteIfExists(blob(sha256));
            Path partial = partialFile(sha256.hex());
            Files.deleteIfExists(partial.resolveSibling(partial.getFileName() + PartialFile.ETAG));
            boolean damaged = quarantine().forget(sha256);
            return Files.deleteIfExists(partial) || whole || damaged;
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
                        "The file " + file + " cannot be removed from the cache " + directory() + ": "
                                + LocalFailures.reason(e) + "; remove " + blob(file),
                        e);
            }
        }
        return removed;
    }

    private PartialFile partial(String id, long size, ContentCheck check, LongConsumer arrived) throws IOException {
        directory.make(PARTIAL);
        Path file = partialFile(id);
        try {
            return PartialFile.open(directory, file, size, check, arrived);
        } catch (AccessDeniedException e) {
            throw directory.denied(e);
        }
    }

    private Path partialFile(String id) {
        return directory().resolve(PARTIAL).resolve(id);
    }

    /** Does the work when no other thread and no other process holds the name. */
    <T> T holding(String name, CacheLocks.Work<T> work) throws IOException {
        return locks().holding(name, work);
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
                directory.make(BINDINGS);
                Documents.writeJson(bindingFile(sourceId), new Binding(sourceId, content));
                directory.share(bindingFile(sourceId));
            }
            return null;
        });
    }

    private Path bindingFile(String sourceId) {
        return directory().resolve(BINDINGS).resolve(Digest.of(sourceId).hex() + ".json");
    }

    /** The last known manifest of a prefix; empty when there is none that can be read. */
    Optional<Manifest> knownPrefix(String prefix) throws IOException {
        for (Path cache : withLayers()) {
            Path file = prefixFile(cache, prefix);
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                Manifest manifest = Manifest.read(file);
                if (cache.equals(directory())) {
                    CachedFile.use(file, attributes);
                }
                return Optional.of(manifest);
            } catch (NoSuchFileException | MlopsException absentOrDamaged) {
                continue; // it only saves work, and is written again
            }
        }
        return Optional.empty();
    }

    void rememberPrefix(String prefix, Manifest manifest) throws IOException {
        directory.make(PREFIXES);
        Path file = prefixFile(directory(), prefix);
        manifest.write(file);
        directory.share(file);
    }

    private static Path prefixFile(Path cache, String prefix) {
        return cache.resolve(PREFIXES).resolve(Digest.of(prefix).hex() + ".json");
    }
}
