package io.jenkins.plugins.mlops.core.rerun;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.Objects;

/**
 * One version of a dataset, and where it is to be had.
 *
 * @param reference of an output of DVC without the repository when only the training has a clone of it
 * @param sourceId what the reference must stand for
 * @param content what its bytes must be; null while nobody has read them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PinnedDataset(DatasetReference reference, String name, String sourceId, Digest content) {

    static PinnedDataset of(DatasetReference reference, DatasetVersion version) {
        return new PinnedDataset(reference, version.name(), version.sourceId(), version.contentId());
    }

    /**
     * The reference as a training can follow it.
     *
     * @param said what the training's specification, or a step, says of the dataset; null for nothing. Where that finds an output of DVC,
     *     this one is looked for
     * @throws MlopsException of kind REFUSED when a repository is needed and none is said
     */
    public DatasetReference reference(DatasetReference said) {
        if (reference.dvc() == null || reference.repo() != null) {
            return reference;
        }
        if (said == null || said.dvc() == null) {
            throw MlopsException.refused("The plan wants the dataset " + this + ", the output " + reference
                    + " of a repository of DVC, but what is trained names no output of DVC, so it is not known where that"
                    + " repository is");
        }
        return DatasetReference.ofDvc(reference.dvc(), said.repo(), reference.rev());
    }

    /**
     * Makes sure that a training is about, or was about, this version.
     *
     * @param role training or evaluation
     * @param version null for none
     * @throws MlopsException of kind REFUSED when it is another
     */
    public void require(String role, DatasetVersion version) {
        requireSame(role, version == null ? null : version.sourceId(), version == null ? null : version.contentId());
    }

    void requireSame(String role, String otherSource, Digest otherContent) {
        boolean same = content != null && otherContent != null
                ? content.equals(otherContent)
                : Objects.equals(sourceId, otherSource);
        if (!same) {
            throw MlopsException.refused("The plan wants the " + role + " dataset " + this + ", but it is "
                    + (otherSource == null ? "none" : otherContent == null ? otherSource : otherContent)
                    + ": what lies at " + reference + " was changed, or the training takes another dataset");
        }
    }

    /** For people. */
    @Override
    public String toString() {
        return name + " " + (content == null ? sourceId : content);
    }
}
