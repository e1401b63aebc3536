package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * What lay below a prefix when it was listed: each file's path and the state of its object. Directory markers (empty objects
 * whose key ends in a slash) and what a pull keeps for itself are no files.
 *
 * @param files in {@link TreePath#ORDER}, with {@link #UNKNOWN} for their digests
 * @param numbers of their objects, in the order in which they were listed
 */
record PrefixListing(Prefix prefix, String sourceId, List<Manifest.Entry> files, int[] numbers, long bytes) {

    /** Stands for a digest that is not known yet; no file is known that has it. */
    static final Digest UNKNOWN = new Digest("0".repeat(64));

    /**
     * Lists the objects.
     *
     * @throws MlopsException of kind FAILED when there are none, USAGE when keys are no paths or clash
     */
    static PrefixListing of(ObjectStore store, Prefix prefix) throws IOException {
        return of(prefix, each -> prefix.list(store, each));
    }

    /** As {@link #of(ObjectStore, Prefix)}, of what {@link PrefixScan#into} has written to a file. */
    static PrefixListing of(Path listing, Prefix prefix) throws IOException {
        return of(prefix, each -> ObjectIndex.read(listing, each));
    }

    @FunctionalInterface
    private interface Objects {
        void forEach(Consumer<StoredObject> each) throws IOException;
    }

    private static PrefixListing of(Prefix prefix, Objects objects) throws IOException {
        SourceIds.OfPrefix id = new SourceIds.OfPrefix(prefix.isPast());
        try (EntrySorter sorter = new EntrySorter()) {
            objects.forEach(object -> {
                String path = path(prefix.uri(), object);
                if (path != null) {
                    id.add(object);
                    add(sorter, TreePath.check(path), object);
                }
            });
            EntrySorter.Sorted sorted = sorter.finish();
            if (sorted.entries().isEmpty()) {
                throw nothing(prefix);
            }
            PathClashes clashes = new PathClashes();
            long bytes = 0;
            for (Manifest.Entry file : sorted.entries()) {
                clashes.add(file.path());
                bytes = Math.addExact(bytes, file.size());
            }
            return new PrefixListing(prefix, id.finish(), sorted.entries(), sorted.numbers(), bytes);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void add(EntrySorter sorter, String path, StoredObject object) {
        try {
            sorter.add(new Manifest.Entry(
                    path, object.size(), UNKNOWN, object.location().key(), object.versionId(), object.etag(), null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MlopsException nothing(Prefix prefix) {
        return MlopsException.failed(
                "There is nothing below " + prefix + ": check the prefix" + (prefix.isPast() ? " and the time" : ""));
    }

    /** The path of an object below the prefix; null when it is no file. */
    static String path(S3Uri prefix, StoredObject object) {
        String path = object.location().key().substring(prefix.key().length());
        boolean marker = path.isEmpty() || path.endsWith("/") && object.size() == 0;
        if (marker || path.startsWith(PulledDirectory.OWN_NAME + "/")) {
            return null;
        }
        if (object.etag() == null) {
            throw MlopsException.failed("The store gives no ETag for " + object.location()
                    + ", so its state cannot be pinned: publish the dataset instead");
        }
        return path;
    }

    /** What people call the dataset: the last segment of the prefix, or the bucket. */
    String name() {
        return name(prefix.uri());
    }

    static String name(S3Uri prefix) {
        String key = prefix.key();
        String trimmed = key.endsWith("/") ? key.substring(0, key.length() - 1) : key;
        String last = trimmed.isEmpty() ? prefix.bucket() : trimmed.substring(trimmed.lastIndexOf('/') + 1);
        String name = last.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
        return name.isEmpty() || name.equals("blobs")
                ? prefix.bucket()
                : name.substring(0, Math.min(128, name.length()));
    }
}
