package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The registered version that a training starts from, found before anything runs: an alias that moves meanwhile changes
 * nothing.
 *
 * @param uri {@code models:/NAME/VERSION}
 * @param digest what its files' content id must be, null when its registration did not say
 */
public record ParentModel(String uri, String runId, String artifactPath, Digest digest) {

    private static final String ARTIFACTS = "/artifacts/";
    private static final String DEFAULT_ARTIFACT = "model";

    /** @throws MlopsException of kind USAGE when there is no such version, FAILED when its files cannot be found */
    public static ParentModel find(ModelRegistry models, ModelReference reference) {
        Optional<ModelVersion> found = reference.alias() == null
                ? models.version(reference.name(), reference.version())
                : models.byAlias(reference.name(), reference.alias());
        ModelVersion version = found.orElseThrow(() -> MlopsException.usage(
                "The parent model " + reference + " does not exist: 'mlops model show' lists what does"));
        String uri = new ModelReference(version.name(), version.version(), null).toString();
        if (version.runId() == null || version.runId().isBlank()) {
            throw MlopsException.failed("The parent model " + uri
                    + " was registered without an MLflow run, so its files cannot be found: register it from its run");
        }
        String digest = version.tags().get(RunTags.MODEL_DIGEST);
        return new ParentModel(
                uri, version.runId(), artifactPath(version.source()), digest == null ? null : Digest.parse(digest));
    }

    /**
     * Downloads the files.
     *
     * @return their content id
     * @throws MlopsException of kind REFUSED when they are not those that were registered
     */
    public Digest download(TrackingServer tracking, Path into) {
        tracking.downloadArtifacts(runId, artifactPath, into);
        Digest found = ModelFiles.of(into).digest();
        if (digest != null && !found.equals(digest)) {
            throw MlopsException.refused("The files of the parent model " + uri + " are " + found
                    + ", but it was registered as " + digest + ": somebody changed them in MLflow, restore them");
        }
        return found;
    }

    /** The path below the run's artifacts, from {@code runs:/ID/path} or a location with {@code /artifacts/} in it. */
    private static String artifactPath(String source) {
        String path = "";
        if (source != null && source.startsWith("runs:/")) {
            path = source.substring(source.indexOf('/', "runs:/".length()) + 1);
        } else if (source != null && source.contains(ARTIFACTS)) {
            path = source.substring(source.lastIndexOf(ARTIFACTS) + ARTIFACTS.length());
        }
        return path.isEmpty() ? DEFAULT_ARTIFACT : path;
    }
}
