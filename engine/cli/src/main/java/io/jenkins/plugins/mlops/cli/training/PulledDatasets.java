package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.core.card.CardJournal;
import io.jenkins.plugins.mlops.core.card.CardPlace;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetPolicy;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import java.nio.file.Path;
import java.util.Optional;

/** Datasets of an object store, through the cache. */
public final class PulledDatasets implements DatasetAccess, AutoCloseable {

    private final ObjectStore store;
    private final Datasets datasets;
    private final Keyring keys;

    /** @param keys whose word on cards is believed */
    public PulledDatasets(ObjectStoreSettings settings, DatasetCache cache, DatasetPolicy policy, Keyring keys) {
        store = ObjectStore.connect(settings);
        datasets = new Datasets(store, cache, policy);
        this.keys = keys;
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
    public void list(DatasetReference dvc, Path into) {
        datasets.list(dvc, PullOptions.DEFAULT.jobs(), into);
    }

    @Override
    public DatasetReference latest(DatasetReference reference) {
        return datasets.latest(reference);
    }

    @Override
    public Optional<CardRevision> card(DatasetReference reference, DatasetVersion version) {
        return CardPlace.of(reference, version).flatMap(place -> new CardJournal(store, place, keys).current());
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
