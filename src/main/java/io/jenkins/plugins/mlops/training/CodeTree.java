package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Code;
import java.nio.file.Path;

/**
 * The code of a training as it lies on the controller, on its way to the cluster.
 *
 * @param root the tree, of which only what is wanted is there
 * @param source null when it comes from no Git repository
 */
record CodeTree(Path root, @CheckForNull SourceRevision source) {

    /** More than this is hardly code; core refuses it too, but here it has not passed the network yet. */
    static final long MAX_BYTES = 512L * 1024 * 1024;

    /** @throws MlopsException of kind USAGE when a specification is no path within the tree */
    static String checked(String specification) {
        return TreePath.check(specification.replace('\\', '/'));
    }

    /**
     * The directory of the code, from the root on; null when the code is in the image.
     *
     * @param file the specification, below the root
     * @throws MlopsException of kind USAGE when the directory is outside of the root
     */
    @CheckForNull
    static Path directory(Path root, Path file, CodeRequest request) {
        CodeRequest.Place place = request.read(file);
        if (place.code() == Code.IMAGE || place.code() == null && request.codeInImage()) {
            return null;
        }
        Path directory = place.directory();
        if (!directory.startsWith(root)) {
            throw MlopsException.usage("The specification's directory " + directory + " is outside of " + root
                    + ": only what belongs to the tree that is built is brought to the cluster");
        }
        return root.relativize(directory);
    }

    static MlopsException tooMuch(String where) {
        return MlopsException.usage("The code in " + where + " has more than " + Amounts.bytes(MAX_BYTES)
                + ": let Git ignore what is no code, or put it into the image and set kubernetes.code to image");
    }

    @CheckForNull
    static SourceRevision revision(@CheckForNull String json) {
        return json == null ? null : Documents.readJson(json, "The commit", SourceRevision.class);
    }
}
