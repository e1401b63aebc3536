package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.card.AnonymisedDatasets;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The datasets of an object store as a job may see them. The controller only looks them up: agents and pods pull.
 *
 * @param outputs what an agent has read of outputs of DVC
 */
public record JobDatasets(
        @NonNull ObjectStore store,
        @NonNull Datasets datasets,
        @NonNull DvcListings outputs,
        @NonNull JobPolicy policy,
        @NonNull AnonymisedDatasets anonymised)
        implements DatasetAccess {

    @Override
    public DatasetVersion resolve(DatasetReference reference) {
        if (reference.dvc() != null) {
            return outputs.version(reference);
        }
        checkPlace(reference);
        DatasetVersion version = datasets.resolve(reference);
        if (reference.from() == null && policy.restrictsLocations()) {
            manifest(reference);
        }
        return version;
    }

    @Override
    public Optional<Manifest> manifest(DatasetReference reference) {
        if (reference.dvc() != null) {
            return Optional.empty();
        }
        checkPlace(reference);
        Optional<Manifest> manifest = datasets.manifest(reference);
        manifest.ifPresent(this::checkEntries);
        return manifest;
    }

    @Override
    public DatasetReference latest(DatasetReference reference) {
        if (reference.dvc() == null) {
            checkPlace(reference);
        }
        return datasets.latest(reference);
    }

    /** A specification comes from the branch: it must not have the controller read a repository of its own disk. */
    @Override
    public void list(DatasetReference dvc, Path into) {
        outputs.copy(dvc, into);
    }

    @Override
    public Optional<CardRevision> card(DatasetReference reference, DatasetVersion version) {
        return anonymised.card(store, reference, version);
    }

    @Override
    public String requireAnonymised(DatasetVersion version, Optional<CardRevision> card) {
        return anonymised.require(version, card);
    }

    /** Nor a file of its own. */
    private void checkPlace(DatasetReference reference) {
        String place = reference.from() == null ? reference.manifest() : reference.from();
        if (!S3Uri.isS3(place)) {
            throw MlopsException.usage("The manifest " + place + " is a file, which neither pods nor the controller can"
                    + " read: publish the dataset, and name the manifest in the bucket");
        }
        policy.checkLocation(S3Uri.parse(place));
    }

    /** A manifest may say that its files lie anywhere. */
    private void checkEntries(Manifest manifest) {
        if (policy.restrictsLocations()) {
            manifest.entries().stream()
                    .map(manifest::pin)
                    .filter(Objects::nonNull)
                    .forEach(pin -> policy.checkLocation(pin.location()));
        }
    }

    @Override
    public PullResult pull(DatasetReference reference, Path into, ProgressListener progress) {
        throw new UnsupportedOperationException("pods pull " + reference);
    }
}
