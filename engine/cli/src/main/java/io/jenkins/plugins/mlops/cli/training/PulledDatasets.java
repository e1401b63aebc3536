package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetPolicy;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import java.nio.file.Path;
import java.util.Optional;

/** Datasets of an object store, through the cache. */
public final class PulledDatasets implements DatasetAccess, AutoCloseable {

    private final ObjectStore store;
    private final Datasets datasets;

    public PulledDatasets(ObjectStoreSettings settings, DatasetCache cache, DatasetPolicy policy) {
        store = ObjectStore.connect(settings);
        datasets = new Datasets(store, cache, policy);
    }

    @Override
    public DatasetVersion resolve(DatasetReference reference) {
        return datasets.resolve(reference);
    }

    @Override
    public Optional<Manifest> manifest(DatasetReference reference) {
        return datasets.manifest(reference);
    }

    @Override
    public PullResult pull(DatasetReference reference, Path into, ProgressListener progress) {
        return datasets.pull(reference, into, PullOptions.DEFAULT, progress);
    }

    @Override
    public void close() {
        store.close();
    }
}
