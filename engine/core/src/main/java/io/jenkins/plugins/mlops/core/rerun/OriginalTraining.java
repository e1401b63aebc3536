package io.jenkins.plugins.mlops.core.rerun;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What is recorded of one training.
 *
 * @param record digest of its record
 * @param model content id of what it made
 * @param evaluation what the model scored in that training; null when it was not measured
 */
public record OriginalTraining(Digest record, Digest model, Provenance provenance, Evaluation evaluation) {

    private static final String GIT = "git+";
    private static final String OCI = "oci://";

    /** @throws MlopsException of kind USAGE when the store has no such record, or it is not one of a training */
    public static OriginalTraining read(LineageStore store, Digest record) {
        if (!store.holds(record)) {
            throw MlopsException.usage("There is no record " + record + " in the lineage store " + store.directory());
        }
        return store.recorded(record)
                .filter(recorded -> recorded.predicate() instanceof Provenance)
                .map(recorded -> of(store, new Recorded<>(recorded.record(), recorded.statement(), (Provenance)
                        recorded.predicate())))
                .orElseThrow(() -> MlopsException.usage(
                        "The record " + record + " is not one of a training: name the training's"));
    }

    /**
     * The training that a located model means: that of the record which was named or which MLflow's tags name, else the last one that made
     * these files; empty when no record says how they came to be.
     *
     * @param registered null without an MLflow server
     */
    public static Optional<Recorded<Provenance>> find(
            LineageStore store, RegisteredModels registered, ModelLocator.Located located) {
        List<Recorded<Provenance>> trainings = store.dossier(located.digest()).of(Provenance.class);
        Set<Digest> meant = new HashSet<>();
        if (located.record() != null) {
            meant.add(located.record().digest());
        }
        located.versions().forEach(version -> registered.record(version).ifPresent(meant::add));
        return trainings.stream()
                .filter(training -> meant.contains(training.record()))
                .findFirst()
                .or(() -> trainings.isEmpty() ? Optional.empty() : Optional.of(trainings.get(trainings.size() - 1)));
    }

    /** What the store knows of a training that it holds. */
    public static OriginalTraining of(LineageStore store, Recorded<Provenance> training) {
        Digest model = training.statement()
                .model()
                .orElseThrow(() -> MlopsException.usage("The record " + training.record() + " names no model"));
        Optional<String> measured = training.predicate().runDetails().byproducts().stream()
                .filter(product -> "evaluation.json".equals(product.name()))
                .map(product -> product.digest().get(ResourceDescriptor.SHA256))
                .filter(Objects::nonNull)
                .findFirst();
        Evaluation evaluation = store.dossier(model).of(Evaluation.class).stream()
                .map(Recorded::predicate)
                .filter(known -> measured.isPresent()
                        && measured.get().equals(known.record().digest().get(ResourceDescriptor.SHA256)))
                .findFirst()
                .orElse(null);
        return new OriginalTraining(training.record(), model, training.predicate(), evaluation);
    }

    /** Null when it is not known. */
    String commit() {
        return dependency(Provenance.SOURCE)
                .map(source -> source.digest().get(ResourceDescriptor.GIT_COMMIT))
                .orElse(null);
    }

    /** Where the commit can be had; null when that is not known. */
    String repository() {
        return dependency(Provenance.SOURCE)
                .map(ResourceDescriptor::uri)
                .map(OriginalTraining::repository)
                .orElse(null);
    }

    /** A repository's address, of what records call it. */
    static String repository(String uri) {
        return uri.startsWith(GIT) ? uri.substring(GIT.length()) : uri;
    }

    /** The gap that says how the code differed from the commit. */
    Optional<String> changedCode() {
        return provenance.gaps().stream()
                .filter(gap -> gap.startsWith(Provenance.CHANGED_CODE))
                .findFirst();
    }

    List<ResourceDescriptor> training() {
        return provenance.dependencies(Provenance.TRAINING_DATA).toList();
    }

    /** Null when the model was not measured on a known set. */
    ResourceDescriptor evaluationSet() {
        return dependency(Provenance.EVALUATION_DATA).orElse(null);
    }

    /** By digest; null when none is recorded. */
    String image() {
        return dependency(Provenance.IMAGE)
                .filter(image -> image.uri() != null && image.digest().containsKey(ResourceDescriptor.SHA256))
                .map(image -> (image.uri().startsWith(OCI) ? image.uri().substring(OCI.length()) : image.uri())
                        + "@sha256:" + image.digest().get(ResourceDescriptor.SHA256))
                .orElse(null);
    }

    /** Digest of the list of what was installed; null when none is recorded. */
    String environment() {
        return dependency(Provenance.ENVIRONMENT)
                .flatMap(list -> list.digest(ResourceDescriptor.SHA256))
                .map(Digest::toString)
                .orElse(null);
    }

    /** Null without one. */
    ResourceDescriptor parent() {
        return dependency(Provenance.PARENT).orElse(null);
    }

    private Optional<ResourceDescriptor> dependency(String role) {
        return provenance.dependencies(role).findFirst();
    }

    /** What was asked for under a key; null for nothing. */
    Object asked(String key) {
        return provenance.buildDefinition().externalParameters().get(key);
    }

    /** What the product added under a key; null for nothing. */
    Object added(String key) {
        return provenance.buildDefinition().internalParameters().get(key);
    }

    Long seed() {
        return asked("seed") instanceof Number number ? number.longValue() : null;
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> params() {
        return asked("params") instanceof Map<?, ?> params ? (Map<String, Object>) params : Map.of();
    }

    /** Words of a command under a key; null when none is recorded. */
    List<String> command(String key) {
        return asked(key) instanceof List<?> words
                ? words.stream().map(String::valueOf).toList()
                : null;
    }

    /** The overall metrics; empty when the model was not measured. */
    Map<String, Double> metrics() {
        return evaluation == null ? Map.of() : evaluation.metrics();
    }
}
