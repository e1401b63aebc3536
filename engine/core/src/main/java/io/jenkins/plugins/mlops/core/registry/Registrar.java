package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Registration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes the model of a finished run a version of a registered model, with the run's word on where it comes from. Thread-safe. */
public final class Registrar {

    private static final String PREFIX = "mlops.";

    private final MlflowServer server;
    private final LineageStore lineage;

    public Registrar(MlflowServer server, LineageStore lineage) {
        this.server = server;
        this.lineage = lineage;
    }

    /**
     * Registers the run's model; the version that was registered before when there is one.
     *
     * @param artifact the path of the model's files among the run's artifacts
     * @param by who
     * @throws MlopsException of kind USAGE when there is no such run, REFUSED when it is not finished, FAILED when it has no model
     */
    public ModelVersion register(String model, String runId, String artifact, String by) {
        MlflowLimits.model(model);
        TreePath.check(artifact);
        TrackedRun run = server.run(runId)
                .orElseThrow(() -> MlopsException.usage("The MLflow server " + server.uri() + " has no run " + runId));
        if (run.status() != RunStatus.FINISHED) {
            throw MlopsException.refused("Run " + runId + " is " + run.status()
                    + ": only the model of a run that is FINISHED is registered");
        }
        String source = run.artifactUri() + "/" + artifact;
        Optional<ModelVersion> before = server.versions(model).stream()
                .filter(version -> runId.equals(version.runId()) && source.equals(version.source()))
                .findFirst();
        if (before.isPresent()) {
            // A call that died after making the version has not recorded it; recording it twice is one record.
            record(before.get());
            return before.get();
        }
        if (server.listArtifacts(runId, artifact).isEmpty()) {
            throw MlopsException.failed(
                    "Run " + runId + " has no files below the artifact '" + artifact + "': nothing was registered");
        }
        Map<String, String> tags = new TreeMap<>();
        run.tags().forEach((key, value) -> {
            if (key.startsWith(PREFIX) && !key.equals(RunTags.RUN)) {
                tags.put(key, value);
            }
        });
        tags.put(RunTags.REGISTERED_BY, by);
        ModelVersion version = server.createVersion(model, source, runId, tags);
        record(version);
        return version;
    }

    /** From what the version says of itself, so that the record is the same whichever call writes it. */
    private void record(ModelVersion version) {
        String digest = version.tags().get(RunTags.MODEL_DIGEST);
        if (digest != null && Digest.isDigest(digest)) {
            lineage.append(new Registration(
                            version.name(),
                            version.version(),
                            version.source(),
                            version.runId(),
                            server.uri(),
                            version.tags().get(RunTags.REGISTERED_BY),
                            version.created())
                    .statement(Digest.parse(digest)));
        }
    }
}
