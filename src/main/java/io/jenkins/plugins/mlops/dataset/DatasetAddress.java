package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Which dataset a step means: a prefix of an object store, a manifest there or in the workspace, or an output of DVC in a repository of
 * the workspace. Immutable.
 */
final class DatasetAddress implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String from;
    private final String manifest;
    private final DvcTarget dvc;

    /** What the address must still stand for; null for whatever it stands for now. */
    private final String sourceId;

    /**
     * Exactly one of {@code from}, {@code manifest} and {@code dvc} is given.
     *
     * @param step whose parameters they are, for errors
     */
    DatasetAddress(
            String step,
            @CheckForNull String from,
            @CheckForNull String manifest,
            @CheckForNull DvcTarget dvc,
            @CheckForNull String sourceId)
            throws AbortException {
        if (Stream.of(from, manifest, dvc).filter(Objects::nonNull).count() != 1) {
            throw new AbortException(step + " wants exactly one of 'from' (s3://bucket/prefix), 'manifest'"
                    + " (s3://bucket/key, or a file of the workspace) and 'dvc' (an output of DVC in the workspace), or a"
                    + " dataset that another step returned");
        }
        this.from = from;
        this.manifest = manifest;
        this.dvc = dvc;
        this.sourceId = sourceId;
        try {
            reference(Path.of("."));
        } catch (MlopsException e) {
            throw new AbortException(step + ": " + e.getMessage());
        }
    }

    /** Whether all objects below a place are meant. */
    boolean isPrefix() {
        return from != null;
    }

    /** Whether a file of the workspace has to be read to know the version. */
    boolean isWorkspaceFile() {
        return manifest != null && !S3Uri.isS3(manifest);
    }

    /** The output of DVC that is meant; null when it is none. */
    @CheckForNull
    DvcTarget dvc() {
        return dvc;
    }

    @CheckForNull
    String sourceId() {
        return sourceId;
    }

    /** @param workspace where the path of a manifest or repository starts from */
    DatasetReference reference(Path workspace) {
        if (dvc != null) {
            return dvc.reference(workspace);
        }
        return from != null
                ? DatasetReference.ofPrefix(from)
                : DatasetReference.ofManifest(manifest).relativeTo(workspace);
    }

    /** As the pipeline's author wrote it. */
    @Override
    public String toString() {
        return dvc != null ? dvc.toString() : Objects.requireNonNullElse(from, manifest);
    }
}
