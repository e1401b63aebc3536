package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What lay below a prefix when it was listed: each file's path and the state of its object. Directory markers (empty objects
 * whose key ends in a slash) and what a pull keeps for itself are no files.
 *
 * @param files in {@link TreePath#ORDER}
 */
record PrefixListing(S3Uri prefix, String sourceId, List<File> files, long bytes) {

    /** A file of the dataset and the object behind it. */
    record File(String path, StoredObject object) {
        ObjectPin pin() {
            return new ObjectPin(object.location(), object.etag(), object.versionId());
        }
    }

    /**
     * Lists the objects.
     *
     * @throws MlopsException of kind FAILED when there are none, USAGE when keys are no paths or clash
     */
    static PrefixListing of(ObjectStore store, S3Uri from) {
        S3Uri prefix = from.key().isEmpty() || from.key().endsWith("/") ? from : from.resolve("");
        List<File> files = new ArrayList<>();
        store.list(prefix, object -> {
            String path = object.location().key().substring(prefix.key().length());
            boolean marker = path.isEmpty() || path.endsWith("/") && object.size() == 0;
            if (marker || path.startsWith(PulledDirectory.OWN_NAME + "/")) {
                return;
            }
            if (object.etag() == null) {
                throw MlopsException.failed("The store gives no ETag for " + object.location()
                        + ", so its state cannot be pinned: publish the dataset instead");
            }
            files.add(new File(TreePath.check(path), object));
        });
        if (files.isEmpty()) {
            throw MlopsException.failed("There is nothing below " + prefix + ": check the prefix");
        }
        files.sort(Comparator.comparing(File::path, TreePath.ORDER));
        PathClashes clashes = new PathClashes();
        files.forEach(file -> clashes.add(file.path()));
        return new PrefixListing(
                prefix,
                SourceIds.ofPrefix(files.stream().map(File::object).toList()),
                List.copyOf(files),
                files.stream().mapToLong(file -> file.object().size()).sum());
    }

    /** What people call the dataset: the last segment of the prefix, or the bucket. */
    String name() {
        String key = prefix.key();
        String trimmed = key.endsWith("/") ? key.substring(0, key.length() - 1) : key;
        String last = trimmed.isEmpty() ? prefix.bucket() : trimmed.substring(trimmed.lastIndexOf('/') + 1);
        String name = last.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
        return name.isEmpty() || name.equals("blobs")
                ? prefix.bucket()
                : name.substring(0, Math.min(128, name.length()));
    }
}
