package io.jenkins.plugins.mlops.card;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.card.AnonymisedDatasets.Finding;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.util.Optional;

/**
 * Finds the cards of datasets that records name, which say where a dataset lies but not in which store: all that the job may use are asked.
 * Where several hold the dataset, none may object, so that an old card elsewhere does not outdo a newer one.
 */
public final class FoundCards {

    private final JobPolicy policy;
    private final AnonymisedDatasets anonymised;

    /** @param policy of the job that asks */
    public FoundCards(@NonNull JobPolicy policy) {
        this.policy = policy;
        this.anonymised = new AnonymisedDatasets(policy);
    }

    /**
     * What its cards say of a version.
     *
     * @param dataset whose source is its manifest, where it is a published one
     * @throws MlopsException of kind UNREACHABLE or FAILED when a store does not tell
     */
    @NonNull
    public Finding find(@NonNull DatasetVersion dataset) {
        Finding found = anonymised.find(dataset, Optional.empty());
        if (found.anonymised() || !S3Uri.isS3(dataset.source())) {
            return found;
        }
        S3Uri manifest = S3Uri.parse(dataset.source());
        DatasetReference reference = DatasetReference.ofManifest(dataset.source());
        for (ObjectStoreProfile profile : policy.objectStores()) {
            try (ObjectStore store = ObjectStore.connect(profile.settings(null))) {
                if (holds(store, manifest)) {
                    found = anonymised.find(dataset, anonymised.card(store, reference, dataset));
                    if (!found.anonymised()) {
                        return found;
                    }
                }
            }
        }
        return found;
    }

    /** A store that does not let us look at it is not the one that it was read from. */
    private static boolean holds(ObjectStore store, S3Uri manifest) {
        try {
            return store.stat(manifest).isPresent();
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.REFUSED) {
                return false;
            }
            throw e;
        }
    }
}
