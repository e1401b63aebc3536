package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the model that a name stands for. Registered names are looked up in MLflow where there is one, else in the records;
 * an alias needs MLflow, since only it knows where aliases point now.
 */
public final class ModelLocator {

    private final LineageStore store;
    private final RegisteredModels registered;

    /** @param registered null when no MLflow server is configured */
    public ModelLocator(LineageStore store, RegisteredModels registered) {
        this.store = store;
        this.registered = registered;
    }

    /**
     * A model.
     *
     * @param digest its content id
     * @param versions under which MLflow has it now, empty without MLflow
     * @param record a record that was named itself, else null
     */
    public record Located(Digest digest, List<ModelVersion> versions, RecordBytes record) {}

    /** A record as it was found. @param file where, or null @param bytes never changed */
    public record RecordBytes(String file, Digest digest, byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof RecordBytes that && digest.equals(that.digest) && Objects.equals(file, that.file);
        }

        @Override
        public int hashCode() {
            return digest.hashCode();
        }

        @Override
        public String toString() {
            return "RecordBytes[" + digest + "]";
        }
    }

    /**
     * The model of that name; its record is fetched when the store lacks it.
     *
     * @throws MlopsException of kind USAGE when nothing is known under the name
     */
    public Located locate(ModelName name) {
        if (name instanceof ModelName.OfAlias alias) {
            if (registered == null) {
                throw MlopsException.usage("Where the alias '" + alias.alias() + "' of '" + alias.name()
                        + "' points, only MLflow knows: set MLFLOW_TRACKING_URI or give --tracking-uri");
            }
            return located(registered.byAlias(alias.name(), alias.alias()));
        } else if (name instanceof ModelName.OfVersion version) {
            return registered == null
                    ? fromRecords(version)
                    : located(registered.version(version.name(), version.version()));
        } else if (name instanceof ModelName.OfFile file) {
            return ofRecord(store.bytes(file.file()));
        }
        Digest digest = ((ModelName.OfDigest) name).digest();
        return store.holds(digest)
                ? ofRecord(store.bytes(store.record(digest)))
                : new Located(digest, versionsOf(digest), null);
    }

    private Located located(ModelVersion version) {
        Optional<Digest> record = registered.fetch(version);
        Optional<Digest> model = registered.model(version).or(() -> record.flatMap(store::modelOf));
        if (model.isEmpty()) {
            throw MlopsException.usage(
                    "Nothing is recorded of " + RegisteredModels.text(version) + ": it has neither a tag "
                            + RunTags.MODEL_DIGEST + " nor a tag " + RunTags.LINEAGE
                            + ", so it was not trained or registered by mlops");
        }
        return new Located(model.get(), List.of(version), null);
    }

    private Located fromRecords(ModelName.OfVersion version) {
        Set<Digest> models = store.registered(version.name(), version.version());
        if (models.isEmpty()) {
            throw MlopsException.usage("No record in " + store.directory() + " speaks of " + version.name() + "/"
                    + version.version() + ", and no MLflow server is named to ask: set MLFLOW_TRACKING_URI");
        }
        if (models.size() > 1) {
            throw MlopsException.usage(version.name() + "/" + version.version() + " is ambiguous, the records speak of "
                    + "several registries: ask by digest, one of "
                    + String.join(", ", models.stream().map(Digest::toString).toList()));
        }
        return new Located(models.iterator().next(), List.of(), null);
    }

    private Located ofRecord(RecordBytes record) {
        Digest model = RecordFile.parse(record.bytes(), record.file())
                .statement()
                .model()
                .orElseThrow(() -> MlopsException.usage(
                        record.file() + " is a statement about other artifacts than a model of ours"));
        return new Located(model, versionsOf(model), record);
    }

    private List<ModelVersion> versionsOf(Digest model) {
        return registered == null
                ? List.of()
                : registered.all().stream()
                        .filter(version ->
                                registered.model(version).filter(model::equals).isPresent())
                        .toList();
    }
}
