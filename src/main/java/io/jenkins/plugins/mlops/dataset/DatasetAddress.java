package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Objects;

/** Which dataset a step means: a prefix of an object store, or a manifest there or in the workspace. Immutable. */
final class DatasetAddress implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String from;
    private final String manifest;

    /** What the address must still stand for; null for whatever it stands for now. */
    private final String sourceId;

    /**
     * Exactly one of {@code from} and {@code manifest} is given.
     *
     * @param step whose parameters they are, for errors
     */
    DatasetAddress(String step, @CheckForNull String from, @CheckForNull String manifest, @CheckForNull String sourceId)
            throws AbortException {
        if ((from == null) == (manifest == null)) {
            throw new AbortException(step + " wants exactly one of 'from' (s3://bucket/prefix) and 'manifest'"
                    + " (s3://bucket/key, or a file of the workspace), or a dataset that another step returned");
        }
        this.from = from;
        this.manifest = manifest;
        this.sourceId = sourceId;
        try {
            reference(Path.of("."));
        } catch (MlopsException e) {
            throw new AbortException(step + ": " + e.getMessage());
        }
    }

    /** Whether a file of the workspace has to be read to know the version. */
    boolean isWorkspaceFile() {
        return manifest != null && !S3Uri.isS3(manifest);
    }

    @CheckForNull
    String sourceId() {
        return sourceId;
    }

    /** @param workspace where a manifest's path starts from */
    DatasetReference reference(Path workspace) {
        return from != null
                ? DatasetReference.ofPrefix(from)
                : DatasetReference.ofManifest(manifest).relativeTo(workspace);
    }

    /** As the pipeline's author wrote it. */
    @Override
    public String toString() {
        return Objects.requireNonNullElse(from, manifest);
    }
}
