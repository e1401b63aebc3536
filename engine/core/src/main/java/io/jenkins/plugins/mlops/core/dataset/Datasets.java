package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dvc.DvcHashed;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.UnfinishedUpload;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Datasets in an object store: publish, resolve, snapshot, pull and verify. Every failure is an {@link MlopsException}: USAGE
 * for a broken manifest or path, FAILED for missing or corrupt objects and full disks, REFUSED for wrong credentials, a
 * directory that is not a pull's own, data that the policy forbids, and the alarm that a source id stands for two contents; UNREACHABLE when the store is
 * away, INTERRUPTED when the calling thread is. Thread-safe, but for a cancellation of the store.
 */
public final class Datasets {

    /** Where in a pulled directory the manifest of the whole version is. */
    public static final String MANIFEST_PATH = PulledDirectory.OWN_NAME + "/" + PulledDirectory.MANIFEST;

    private final ObjectStore store;
    private final DatasetCache cache;
    private final DatasetPolicy policy;

    /** @param cache null for publications that nobody is going to repeat from here: they then remember nothing, and all else fails */
    public Datasets(ObjectStore store, DatasetCache cache) {
        this(store, cache, DatasetPolicy.ANYTHING);
    }

    /** @param policy decides what may be pulled and published */
    public Datasets(ObjectStore store, DatasetCache cache, DatasetPolicy policy) {
        this.store = store;
        this.cache = cache;
        this.policy = policy;
    }

    /**
     * Finds out which version a reference means, without moving the data. A prefix is listed; its content id is known only
     * when this cache saw the same state before.
     */
    public DatasetVersion resolve(DatasetReference reference) {
        return guarded(
                "Resolving " + reference,
                () -> reference.dvc() != null
                        ? new DvcSource(store, cache).resolve(reference)
                        : reference.from() == null
                                ? new ManifestSource(store, cache).version(reference.manifest())
                                : new PrefixSource(store, cache).resolve(reference.prefix()));
    }

    /**
     * The newest version of the dataset that the other is a version of: of a published manifest the one that was written last beside
     * it, of a prefix what lies there now.
     *
     * @throws MlopsException of kind USAGE for what has no newer versions that could be found: a file's manifest, a past time, DVC
     */
    public DatasetReference latest(DatasetReference reference) {
        return guarded(
                "Looking for the newest version of " + reference, () -> PublishedVersions.latest(store, reference));
    }

    /**
     * The manifest that a reference names; empty for a prefix and for DVC, of which it would have to be learnt by a snapshot or pull.
     */
    public Optional<Manifest> manifest(DatasetReference reference) {
        return guarded(
                "Reading " + reference,
                () -> reference.manifest() != null
                        ? Optional.of(new ManifestSource(store, cache).read(reference.manifest()))
                        : Optional.empty());
    }

    /**
     * Downloads a manifest of any size to a file, where {@link ManifestScan#read} finds its entries in order.
     *
     * @return what the manifest describes
     */
    public ManifestScan manifestInto(Path file, S3Uri manifest) {
        return guarded("Reading " + manifest, () -> new ManifestSource(store, cache).scan(manifest, file));
    }

    /** The manifest of the version that a directory was pulled from; empty when no pull made the directory. */
    public static Optional<Manifest> pulledInto(Path directory) {
        PulledDirectory pulled = new PulledDirectory(directory);
        return pulled.isOurs() ? Optional.of(pulled.manifest()) : Optional.empty();
    }

    /**
     * Makes the directory hold exactly the version, or the selected part of it. It is absent or as it was before until all is
     * there. Nothing is downloaded that the cache has; nothing at all is done when the directory holds the version already.
     */
    public PullResult pull(DatasetReference reference, Path into, PullOptions options, ProgressListener progress) {
        return pulling(reference.toString(), options, progress, (held, start) -> {
            if (reference.dvc() != null) {
                PullTarget.at(into, held).requireOurs();
                return pullListed(held, new DvcSource(store, held).listing(reference), into, options, progress, start);
            }
            if (reference.from() == null) {
                Manifest manifest = new ManifestSource(store, held).read(reference.manifest());
                options.requireExpected(reference.toString(), manifest.source().id());
                return new DatasetPull(store, held, policy, options, progress)
                        .run(new PrefixSource.Learnt(manifest, 0, 0), into, start);
            }
            PullTarget.at(into, held).requireOurs();
            return pullPrefix(held, PrefixListing.of(store, reference.prefix()), into, options, progress, start);
        });
    }

    /**
     * As {@link #pull}, of a prefix that somebody else has listed, such as one who has the keys.
     *
     * @param listing the file that {@link PrefixScan#into} has written
     */
    public PullResult pullListed(S3Uri from, Path listing, Path into, PullOptions options, ProgressListener progress) {
        return pulling(from.toString(), options, progress, (held, start) -> {
            PullTarget.at(into, held).requireOurs();
            return pullPrefix(held, PrefixListing.of(listing, Prefix.now(from)), into, options, progress, start);
        });
    }

    /**
     * Writes down what a machine needs to know of an output of DVC to pull it without the repository; every object was found.
     *
     * @param listing the file to be written, which {@link DvcListing#read} reads
     * @param jobs objects looked for at a time, 1 to 256
     * @throws MlopsException of kind FAILED that lists every file that is not in the store
     */
    public void list(DatasetReference dvc, int jobs, Path listing) {
        guarded("Looking for " + dvc, () -> {
            write(
                    new DvcFiles(store, cache)
                            .pinned(new DvcSource(store, cache).listing(dvc), PullOptions.requireJobs(jobs)),
                    listing);
            return null;
        });
    }

    private static void write(DvcListing found, Path listing) throws IOException {
        try (DvcListingFile.Writer out = DvcListingFile.write(listing, found)) {
            for (DvcHashed file : found.files()) {
                out.add(file);
            }
        }
    }

    /**
     * Writes down what a repository says of an output of DVC, for one who has the store's keys but not the repository; the objects
     * are not looked for.
     *
     * @param listing the file to be written
     * @return the source id
     */
    public String listInto(Path listing, DatasetReference dvc) {
        return guarded("Reading " + dvc, () -> {
            DvcListing found = new DvcSource(store, cache).listing(dvc);
            write(found, listing);
            return found.source().id();
        });
    }

    /**
     * Looks for every object that a listing names, whoever wrote it and however long it is.
     *
     * @param listing what {@link #listInto} has written
     * @param pinned the file to be written: the listing with what the store says, for {@link #pullListed(DvcListing, Path, PullOptions,
     *     ProgressListener)}
     * @param index the file to be written with the objects by number
     * @param jobs objects looked for at a time, 1 to 256
     * @param permitted throws when the object may not be read
     * @throws MlopsException of kind USAGE when the listing is broken, FAILED that lists the files that are not in the store
     */
    public ObjectIndex pinListing(Path listing, Path pinned, Path index, int jobs, Consumer<S3Uri> permitted) {
        return guarded("Looking for the files of an output of DVC", () -> {
            try (ObjectIndex.Writer writer = ObjectIndex.write(index);
                    DvcListingScan scan =
                            new DvcListingScan(store, pinned, writer, PullOptions.requireJobs(jobs), permitted)) {
                scan.run(listing);
                return writer.finish();
            }
        });
    }

    /** As {@link #pull}, of an output of DVC that was listed where its repository is. */
    public PullResult pullListed(DvcListing listing, Path into, PullOptions options, ProgressListener progress) {
        return pulling(listing.path(), options, progress, (held, start) -> {
            PullTarget.at(into, held).requireOurs();
            return pullListed(held, listing, into, options, progress, start);
        });
    }

    private PullResult pullListed(
            DatasetCache held,
            DvcListing listing,
            Path into,
            PullOptions options,
            ProgressListener progress,
            long start)
            throws IOException {
        return new DatasetPull(store, held, policy, options, progress)
                .run(
                        new DvcFiles(store, held).pullable(listing, PullTarget.at(into, held), options, progress),
                        into,
                        start);
    }

    private PullResult pullPrefix(
            DatasetCache held,
            PrefixListing listing,
            Path into,
            PullOptions options,
            ProgressListener progress,
            long start)
            throws IOException {
        PrefixSource.Learnt learnt =
                new PrefixSource(store, held).pullable(listing, PullTarget.at(into, held), options, progress);
        try {
            return new DatasetPull(store, held, policy, options, progress).run(learnt, into, start);
        } catch (CorruptObjectException e) {
            throw PrefixSource.alarm(e);
        }
    }

    /** A pull that began at a time, with a cache that holds what the pull uses until it has ended. */
    @FunctionalInterface
    private interface Pulling {
        PullResult run(DatasetCache held, long start) throws IOException;
    }

    private PullResult pulling(String what, PullOptions options, ProgressListener progress, Pulling pulling) {
        long start = System.nanoTime();
        PullResult result = guarded("Pulling " + what, () -> {
            try (CacheLease lease = cache.lease()) {
                PullResult pulled = pulling.run(cache.under(lease), start);
                if (options.term() != null) {
                    lease.handOver(options.term());
                }
                return pulled;
            }
        });
        cache.grew(result.downloadedBytes(), progress);
        return result;
    }

    /**
     * Publishes a directory as a version of the named dataset. What the store has is not sent again, so publishing twice
     * changes nothing.
     *
     * @param to below which {@code blobs/} and {@code NAME/manifests/} are
     */
    public PublishResult publish(
            Path directory, String name, S3Uri to, PublishOptions options, ProgressListener progress) {
        return guarded(
                "Publishing " + directory,
                () -> new DatasetPublication(store, cache, name, to, policy, options, progress).run(directory));
    }

    /**
     * Has the store forget what broken publications to a place left of large files: parts that nobody sees and that take room. A
     * publication does that by itself where this cache knows of them or they are older than a week.
     *
     * @param age which an upload has at least: longer than any publication takes that may be at work
     * @param dryRun whether they are told only
     * @return the uploads that are, or would be, forgotten
     */
    public List<UnfinishedUpload> abortUploads(S3Uri to, Duration age, boolean dryRun) {
        BlobUploads blobs = new BlobUploads(store, cache, to, 1, false);
        return dryRun ? blobs.olderThan(age) : blobs.abortOlderThan(age);
    }

    /**
     * As {@link #publish}, for one who may not write manifests: sends the files only. The version is there once
     * {@link #completePublication} was called where the keys are.
     */
    public PublishResult upload(
            Path directory, String name, S3Uri to, PublishOptions options, ProgressListener progress) {
        return guarded(
                "Publishing " + directory,
                () -> new DatasetPublication(store, cache, name, to, policy, options, progress).upload(directory));
    }

    /**
     * Writes the manifest of a version whose files were sent, unless it is there already. The file may be of any size, and come
     * from somebody who is not trusted.
     *
     * @param manifest what {@link #upload} has returned
     * @throws MlopsException of kind REFUSED when it names another dataset, or objects elsewhere
     */
    public ManifestScan completePublication(Path manifest, String name, S3Uri to) {
        return guarded("Publishing " + name, () -> DatasetPublication.complete(store, manifest, name, to));
    }

    /**
     * Checks whether a version's objects are still in the store, in the state that its manifest names.
     *
     * @param read whether their bytes are read and compared, too; else size and ETag are
     * @param jobs objects asked for at a time, 1 to 256
     * @throws MlopsException of kind USAGE when the manifest names no bucket, FAILED when there is no such bucket
     */
    public DatasetCheck checkStored(Manifest manifest, boolean read, int jobs, ProgressListener progress) {
        return guarded(
                "Checking " + manifest.name(),
                () -> new StoredVersion(store, manifest).check(read, PullOptions.requireJobs(jobs), progress));
    }

    /**
     * Writes down what lies below a prefix now, with the digest of every file: objects that this cache did not see before are
     * read once, and not kept.
     *
     * @param jobs objects read at a time, 1 to 256
     */
    public Manifest snapshot(S3Uri from, int jobs, ProgressListener progress) {
        return snapshot(DatasetReference.ofPrefix(from.toString()), jobs, progress);
    }

    /**
     * As {@link #snapshot(S3Uri, int, ProgressListener)}, of a prefix as of a time or an output of DVC, too.
     *
     * @param jobs objects read at a time, 1 to 256
     */
    public Manifest snapshot(DatasetReference reference, int jobs, ProgressListener progress) {
        if (reference.manifest() != null) {
            throw MlopsException.usage(reference + " is a manifest already, which pins every file");
        }
        return guarded(
                "Reading " + reference,
                () -> reference.dvc() == null
                        ? new PrefixSource(store, cache)
                                .snapshot(reference.prefix(), PullOptions.requireJobs(jobs), progress)
                        : new DvcFiles(store, cache)
                                .snapshot(
                                        new DvcSource(store, cache).listing(reference),
                                        PullOptions.requireJobs(jobs),
                                        progress));
    }

    /**
     * Writes down several datasets as one, each in a directory of its own. Their files stay where they lie; prefixes are read as by
     * {@link #snapshot}.
     *
     * @param parts by the directory that each gets
     * @param jobs objects read at a time, 1 to 256
     * @throws MlopsException of kind USAGE when a directory is no path, or paths clash
     */
    public Manifest combine(String name, Map<String, DatasetReference> parts, int jobs, ProgressListener progress) {
        Map<String, Manifest> manifests = new LinkedHashMap<>();
        parts.forEach((directory, reference) ->
                manifests.put(directory, manifest(reference).orElseGet(() -> snapshot(reference, jobs, progress))));
        return guarded("Combining " + name, () -> Combination.of(name, manifests));
    }

    /**
     * Compares a pulled directory with its manifest, reading every byte.
     *
     * @param jobs files read at a time, 1 to 256
     */
    public static DatasetCheck verify(Path directory, int jobs, ProgressListener progress) {
        return guarded("Verifying " + directory, () -> new DirectoryVerification(directory, jobs, progress).run());
    }

    /**
     * Compares a directory that no pull has made, such as a mounted bucket, with a manifest, reading every byte.
     *
     * @param jobs files read at a time, 1 to 256
     */
    public static DatasetCheck compare(Path directory, Manifest manifest, int jobs, ProgressListener progress) {
        return guarded(
                "Comparing " + directory, () -> new DirectoryVerification(directory, jobs, progress).against(manifest));
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    /** What the file system refuses is told in one sentence too. */
    private static <T> T guarded(String what, Work<T> work) {
        try {
            return work.run();
        } catch (ClosedByInterruptException e) {
            throw MlopsException.interrupted(what);
        } catch (IOException e) {
            throw MlopsException.failed(what + " failed: " + LocalFailures.reason(e), e);
        }
    }
}
