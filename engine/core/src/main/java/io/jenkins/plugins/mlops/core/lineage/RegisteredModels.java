package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The registered versions of an MLflow server seen as models with a lineage: which files they are, by the tag
 * {@value #RunTags.MODEL_DIGEST}, and which record says so, by the tag {@value #RunTags.LINEAGE}. A tag is looked for at the version, then at
 * its run. A record that the store lacks is fetched from the run's artifact {@value #ARTIFACT}, and believed only when its
 * digest is the tag's. The server is asked once for each run and once for all versions; not thread-safe.
 */
public final class RegisteredModels {

    /** Where a training puts its record among the run's artifacts. */
    public static final String ARTIFACT = "lineage/provenance.json";

    private static final String ARTIFACT_DIRECTORY = ARTIFACT.substring(0, ARTIFACT.indexOf('/'));
    private static final String ARTIFACT_NAME = ARTIFACT.substring(ARTIFACT.indexOf('/') + 1);

    private final ModelRegistry registry;
    private final TrackingServer runs;
    private final LineageStore store;
    private final Map<String, Optional<TrackedRun>> known = new HashMap<>();
    private List<ModelVersion> all;

    public RegisteredModels(ModelRegistry registry, TrackingServer runs, LineageStore store) {
        this.registry = registry;
        this.runs = runs;
        this.store = store;
    }

    /** A registered version of which no record says how it came to be. @param reason why, a clause */
    public record Unknown(String name, int version, String reason) {}

    /** @throws MlopsException of kind USAGE when there is none */
    public ModelVersion version(String name, int version) {
        return registry.version(name, version)
                .orElseThrow(
                        () -> MlopsException.usage("MLflow has no version " + version + " of a model '" + name + "'"));
    }

    /** @throws MlopsException of kind USAGE when there is none */
    public ModelVersion byAlias(String name, String alias) {
        return registry.byAlias(name, alias)
                .orElseThrow(
                        () -> MlopsException.usage("MLflow has no alias '" + alias + "' of a model '" + name + "'"));
    }

    /** Every version of every model, by name, the newest first. */
    public List<ModelVersion> all() {
        if (all == null) {
            List<ModelVersion> versions = new ArrayList<>();
            for (String model : registry.models()) {
                versions.addAll(registry.versions(model));
            }
            all = List.copyOf(versions);
        }
        return all;
    }

    /** The content id that the version's tags, else its run's, give. */
    public Optional<Digest> model(ModelVersion version) {
        return tag(version, RunTags.MODEL_DIGEST);
    }

    /** The record that the version's tags, else its run's, name. */
    public Optional<Digest> record(ModelVersion version) {
        return tag(version, RunTags.LINEAGE);
    }

    /** The run that made a version, when the server still has it. */
    public Optional<TrackedRun> run(ModelVersion version) {
        return version.runId() == null ? Optional.empty() : known.computeIfAbsent(version.runId(), runs::run);
    }

    /**
     * Makes sure that the record of a version is in the store.
     *
     * @return its digest; empty when the tags name none
     * @throws MlopsException of kind FAILED when the run has no such artifact, or one of other bytes
     */
    public Optional<Digest> fetch(ModelVersion version) {
        Optional<Digest> named = record(version);
        if (named.isEmpty() || store.holds(named.get())) {
            return named;
        }
        byte[] artifact = artifact(version)
                .orElseThrow(() -> MlopsException.failed("The record " + named.get() + " of " + text(version)
                        + " is neither in the lineage store nor among the artifacts of its run"));
        Digest digest = Digest.of(artifact);
        if (!digest.equals(named.get())) {
            throw MlopsException.failed("The artifact " + ARTIFACT + " of " + text(version) + " was changed: the tag "
                    + RunTags.LINEAGE + " names " + named.get() + ", but it has the digest " + digest);
        }
        store.keep(artifact, "the artifact " + ARTIFACT + " of " + text(version));
        return named;
    }

    /** The bytes of the run's artifact; empty when there is no such artifact or no run. */
    public Optional<byte[]> artifact(ModelVersion version) {
        if (run(version).isEmpty()
                || !runs.listArtifacts(version.runId(), ARTIFACT_DIRECTORY).contains(ARTIFACT_NAME)) {
            return Optional.empty();
        }
        return Optional.of(runs.readArtifact(version.runId(), ARTIFACT, RecordFile.MAX_BYTES));
    }

    /**
     * Fetches the records that the store lacks, and lists the versions that have none: none is left out of an answer
     * unsaid.
     */
    public List<Unknown> fetchAll() {
        List<Unknown> unknown = new ArrayList<>();
        for (ModelVersion version : all()) {
            String reason = unknownBecause(version);
            if (reason != null) {
                unknown.add(new Unknown(version.name(), version.version(), reason));
            }
        }
        return unknown;
    }

    private String unknownBecause(ModelVersion version) {
        Optional<Digest> model = model(version);
        if (model.isPresent() && store.knows(model.get())) {
            return null;
        }
        try {
            Optional<Digest> record = fetch(version);
            if (record.isEmpty()) {
                return "it has no tag " + RunTags.LINEAGE;
            }
            return model.isPresent() && store.knows(model.get())
                    ? null
                    : "its record is about another model than its tag " + RunTags.MODEL_DIGEST + " says";
        } catch (MlopsException e) {
            if (e.kind() != MlopsException.Kind.FAILED && e.kind() != MlopsException.Kind.USAGE) {
                throw e;
            }
            return e.getMessage();
        }
    }

    private Optional<Digest> tag(ModelVersion version, String tag) {
        String value = version.tags().get(tag);
        if (value == null) {
            value = run(version).map(run -> run.tags().get(tag)).orElse(null);
        }
        return value == null || !Digest.isDigest(value) ? Optional.empty() : Optional.of(Digest.parse(value));
    }

    static String text(ModelVersion version) {
        return version.name() + "/" + version.version();
    }
}
