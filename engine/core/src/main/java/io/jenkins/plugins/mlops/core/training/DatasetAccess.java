package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.card.AnonymisedRule;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.DvcListing;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.nio.file.Path;
import java.util.Optional;

/** What a training needs of datasets. Errors as in {@link io.jenkins.plugins.mlops.core.dataset.Datasets}. */
public interface DatasetAccess {

    /** Finds the version without moving its bytes. */
    DatasetVersion resolve(DatasetReference reference);

    /** The manifest, when there is one before the bytes move. */
    Optional<Manifest> manifest(DatasetReference reference);

    /**
     * Writes down what pods need to know of an output of DVC, which lies in a repository that they do not have.
     *
     * @param into the file to be written, a {@link DvcListing}
     */
    void list(DatasetReference dvc, Path into);

    /** The newest revision of the version's card; empty when it has none, as what was not published has. */
    default Optional<CardRevision> card(DatasetReference reference, DatasetVersion version) {
        return Optional.empty();
    }

    /**
     * The newest version of the dataset that the other is a version of, as {@link
     * io.jenkins.plugins.mlops.core.dataset.Datasets#latest}.
     */
    DatasetReference latest(DatasetReference reference);

    /**
     * Holds a version against the requirement that it is anonymised.
     *
     * @param card its own, empty for none
     * @return who says that it is, as a sentence
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind REFUSED when nobody does who is believed
     */
    default String requireAnonymised(DatasetVersion version, Optional<CardRevision> card) {
        return AnonymisedRule.require(version, card);
    }

    /** Puts the files into the directory, which must not exist, whole or not at all. */
    PullResult pull(DatasetReference reference, Path into, ProgressListener progress);
}
