package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What lay below a prefix when it was listed: each file's path and the state of its object. Directory markers (empty objects
 * whose key ends in a slash) and what a pull keeps for itself are no files.
 *
 * @param files in {@link TreePath#ORDER}
 */
record PrefixListing(Prefix prefix, String sourceId, List<File> files, long bytes) {

    /** A file of the dataset and the object behind it. @param number of the object in the order in which it was listed */
    record File(String path, StoredObject object, int number) {
        ObjectPin pin() {
            return object.pin();
        }
    }

    /**
     * Lists the objects.
     *
     * @throws MlopsException of kind FAILED when there are none, USAGE when keys are no paths or clash
     */
    static PrefixListing of(ObjectStore store, Prefix prefix) {
        List<File> files = new ArrayList<>();
        prefix.list(store, object -> add(files, prefix, object));
        return of(prefix, files);
    }

    /** As {@link #of(ObjectStore, Prefix)}, of what {@link PrefixScan#into} has written to a file. */
    static PrefixListing of(Path listing, Prefix prefix) throws IOException {
        List<File> files = new ArrayList<>();
        ObjectIndex.read(listing, object -> add(files, prefix, object));
        return of(prefix, files);
    }

    private static void add(List<File> files, Prefix prefix, StoredObject object) {
        String path = path(prefix.uri(), object);
        if (path != null) {
            files.add(new File(TreePath.check(path), object, files.size()));
        }
    }

    private static PrefixListing of(Prefix prefix, List<File> files) {
        if (files.isEmpty()) {
            throw nothing(prefix);
        }
        files.sort(Comparator.comparing(File::path, TreePath.ORDER));
        PathClashes clashes = new PathClashes();
        files.forEach(file -> clashes.add(file.path()));
        return new PrefixListing(
                prefix,
                SourceIds.ofPrefix(files.stream().map(File::object).toList(), prefix.isPast()),
                List.copyOf(files),
                files.stream().mapToLong(file -> file.object().size()).sum());
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
