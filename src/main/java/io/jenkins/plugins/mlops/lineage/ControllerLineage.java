package io.jenkins.plugins.mlops.lineage;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.ControllerDirectory;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import java.nio.file.Path;

/**
 * The lineage records that this controller keeps, in {@code mlops/lineage} of its home directory. They belong to no build: the
 * deletion of a build or job leaves them, so that the question where a model came from is answered as long as the controller
 * is kept. Steps append to it on the controller only; with a key
 * in the configuration it signs what they append.
 */
public final class ControllerLineage {

    private ControllerLineage() {}

    /** The store; cheap to ask for, as nothing is held open. It may be used by several threads at once. */
    @NonNull
    public static LineageStore store() {
        return LineageStore.signing(directory(), SigningKeys::current);
    }

    private static Path directory() {
        return ControllerDirectory.part("lineage");
    }
}
