package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model whose files are in MLflow: a registered version, or what a run left.
 *
 * @param role what sentences call it: "parent model", "champion"
 * @param uri {@code models:/NAME/VERSION}, or {@code runs:/ID}
 * @param digest what its files' content id must be, null when its registration did not say
 */
public record RegisteredModel(String role, String uri, String runId, String artifactPath, Digest digest) {

    private static final String ARTIFACTS = "/artifacts/";
    private static final String DEFAULT_ARTIFACT = "model";

    /**
     * Looks a version up; an alias that moves later changes nothing.
     *
     * @throws MlopsException of kind USAGE when there is no such version, FAILED when its files cannot be found
     */
    public static RegisteredModel find(ModelRegistry models, ModelReference reference, String role) {
        Optional<ModelVersion> found = reference.alias() == null
                ? models.version(reference.name(), reference.version())
                : models.byAlias(reference.name(), reference.alias());
        ModelVersion version = found.orElseThrow(() -> MlopsException.usage(
                "The " + role + " " + reference + " does not exist: 'mlops model show' lists what does"));
        String uri = new ModelReference(version.name(), version.version(), null).toString();
        if (version.runId() == null || version.runId().isBlank()) {
            throw MlopsException.failed("The " + role + " " + uri
                    + " was registered without an MLflow run, so its files cannot be found: register it from its run");
        }
        String digest = version.tags().get(RunTags.MODEL_DIGEST);
        return new RegisteredModel(
                role,
                uri,
                version.runId(),
                artifactPath(version.source()),
                digest == null ? null : Digest.parse(digest));
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
            throw MlopsException.refused("The files of the " + role + " " + uri + " are " + found
                    + ", but it was registered as " + digest + ": somebody changed them in MLflow, restore them");
        }
        return found;
    }

    /**
     * The model of a finished run, registered or not.
     *
     * @throws MlopsException of kind USAGE when there is no such run or it has no model
     */
    public static RegisteredModel ofRun(TrackingServer tracking, String runId, String role) {
        TrackedRun run = tracking.run(runId)
                .orElseThrow(() -> MlopsException.usage("The run " + PrintableText.of(runId) + " of the " + role
                        + " does not exist on " + tracking.uri()));
        String digest = run.tags().get(RunTags.MODEL_DIGEST);
        if (digest == null || run.status() != RunStatus.FINISHED) {
            throw MlopsException.usage("The run " + run.runId() + " of the " + role + " has no whole model: it is "
                    + run.status() + ", and its tag " + RunTags.MODEL_DIGEST + " is "
                    + (digest == null ? "absent" : digest));
        }
        return new RegisteredModel(role, "runs:/" + run.runId(), run.runId(), DEFAULT_ARTIFACT, Digest.parse(digest));
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
