package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import java.io.Serializable;
import java.nio.file.Path;

/** An output of DVC, in a repository of the workspace. Immutable. */
final class DvcTarget implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String target;
    private final String repo;
    private final String rev;

    /**
     * @param target a {@code .dvc} file, the path of an output or below one, or {@code dvc.yaml:STAGE}
     * @param repo from the workspace on; null for the workspace
     * @param rev null for the files as they are
     */
    DvcTarget(String target, @CheckForNull String repo, @CheckForNull String rev) {
        this.target = target;
        this.repo = repo;
        this.rev = rev;
    }

    /**
     * What the parameters of a step mean; null when they mean no output of DVC.
     *
     * @throws AbortException when a repository or revision is given without an output
     */
    @CheckForNull
    static DvcTarget of(String step, @CheckForNull String dvc, @CheckForNull String repo, @CheckForNull String rev)
            throws AbortException {
        if (dvc == null && (repo != null || rev != null)) {
            throw new AbortException(step + ": 'repo' and 'rev' say where an output of DVC is: name it with 'dvc'");
        }
        return dvc == null ? null : new DvcTarget(dvc, repo, rev);
    }

    String target() {
        return target;
    }

    @CheckForNull
    String repo() {
        return repo;
    }

    @CheckForNull
    String rev() {
        return rev;
    }

    /** From the workspace on. */
    DatasetReference reference() {
        return DatasetReference.ofDvc(target, repo, rev);
    }

    DatasetReference reference(Path workspace) {
        return reference().relativeTo(workspace);
    }

    /** As the pipeline's author wrote it. */
    @Override
    public String toString() {
        return target + (rev == null ? "" : " at " + rev) + (repo == null ? "" : " of " + repo);
    }
}
