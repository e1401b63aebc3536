package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.nio.file.Path;

/**
 * The registered version that a training starts from, found before anything runs: an alias that moves meanwhile changes
 * nothing.
 *
 * @param uri {@code models:/NAME/VERSION}
 * @param digest what its files' content id must be, null when its registration did not say
 */
public record ParentModel(String uri, String runId, String artifactPath, Digest digest) {

    private static final String ROLE = "parent model";

    /** @throws MlopsException of kind USAGE when there is no such version, FAILED when its files cannot be found */
    public static ParentModel find(ModelRegistry models, ModelReference reference) {
        RegisteredModel found = RegisteredModel.find(models, reference, ROLE);
        return new ParentModel(found.uri(), found.runId(), found.artifactPath(), found.digest());
    }

    /**
     * Downloads the files.
     *
     * @return their content id
     * @throws MlopsException of kind REFUSED when they are not those that were registered
     */
    public Digest download(TrackingServer tracking, Path into) {
        return new RegisteredModel(ROLE, uri, runId, artifactPath, digest).download(tracking, into);
    }
}
