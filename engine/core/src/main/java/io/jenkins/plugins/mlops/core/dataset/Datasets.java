package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.nio.file.Path;

/**
 * Datasets in an object store: publish, resolve, snapshot, pull and verify. Thread-safe.
 */
public final class Datasets {

    private final ObjectStore store;
    private final DatasetCache cache;

    public Datasets(ObjectStore store, DatasetCache cache) {
        this.store = store;
        this.cache = cache;
    }

    /** Finds out which version a reference means, without moving the data. */
    public DatasetVersion resolve(DatasetReference reference) {
        throw new UnsupportedOperationException("resolve " + reference + store + cache);
    }

    /** Makes the directory hold exactly the version. */
    public PullResult pull(DatasetReference reference, Path into, PullOptions options, ProgressListener progress) {
        throw new UnsupportedOperationException("pull");
    }

    /** Publishes a directory as a version of the named dataset. */
    public PublishResult publish(
            Path directory, String name, S3Uri to, PublishOptions options, ProgressListener progress) {
        throw new UnsupportedOperationException("publish");
    }

    /** Writes down what lies below a prefix now. */
    public Manifest snapshot(S3Uri from, int jobs, ProgressListener progress) {
        throw new UnsupportedOperationException("snapshot");
    }

    /** Compares a pulled directory with its manifest, reading every byte. */
    public static DatasetCheck verify(Path directory, int jobs, ProgressListener progress) {
        throw new UnsupportedOperationException("verify");
    }
}
