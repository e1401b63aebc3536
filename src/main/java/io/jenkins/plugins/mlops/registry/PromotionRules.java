package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.PromotionRequest.Ground;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.SigningKeys;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.policy.Requirement;
import io.jenkins.plugins.mlops.policy.Requirements;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a job's policies require of a version before an alias may be moved to it, on any way: by a step, a button or a rollback. What a
 * version says of itself is MLflow's word, which others can write; what counts here is the record that this controller keeps. Nothing
 * of it can be overridden. Immutable.
 */
public final class PromotionRules {

    private final JobPolicy policy;
    private final Requirements requirements;

    public PromotionRules(@NonNull JobPolicy policy) {
        this.policy = policy;
        this.requirements = policy.requirements();
    }

    /** The objections of a promotion that nobody may override. */
    @NonNull
    public Set<Ground> binding() {
        Set<Ground> binding = EnumSet.noneOf(Ground.class);
        if (requirements.lineage()) {
            binding.add(Ground.LINEAGE);
        }
        if (requirements.gate()) {
            binding.add(Ground.GATE);
        }
        return binding;
    }

    /** @throws MlopsException of kind REFUSED for models and aliases that are not allowed */
    public void check(@NonNull String model, @NonNull String alias) {
        policy.checkModel(model);
        policy.checkAlias(alias);
    }

    /**
     * Holds the version's record against the requirements.
     *
     * @return who says what a requirement rests on, as sentences for the log
     * @throws MlopsException of kind REFUSED that says whose policy requires what lacks
     */
    @NonNull
    public List<String> check(@NonNull ModelVersion version) {
        if (Stream.of(Requirement.LINEAGE, Requirement.SIGNED_RECORD, Requirement.IMAGE_DIGEST, Requirement.ANONYMISED)
                .noneMatch(requirements::has)) {
            return List.of();
        }
        LineageStore store = ControllerLineage.store();
        Optional<Recorded<Provenance>> record = record(store, version);
        require(
                Requirement.LINEAGE,
                record.isPresent(),
                version,
                "a record of how the model came to be",
                "this controller keeps none that is whole, of this model and of the version's run");
        require(
                Requirement.LINEAGE,
                record.isEmpty() || record.get().predicate().gaps().isEmpty(),
                version,
                "a complete record",
                record.isEmpty()
                        ? ""
                        : "in its record "
                                + String.join("; ", record.get().predicate().gaps()));
        require(
                Requirement.SIGNED_RECORD,
                record.isPresent()
                        && !store.signers(record.get().record(), SigningKeys.trusted())
                                .isEmpty(),
                version,
                "a record that this controller has signed",
                "it has none with a signature that holds");
        require(
                Requirement.IMAGE_DIGEST,
                record.isPresent() && isOfImage(record.get().predicate()),
                version,
                "a training in an image that is known by its digest",
                "its record names none");
        if (!requirements.anonymised()) {
            return List.of();
        }
        AnonymisedOrigin origin = new AnonymisedOrigin(store, policy);
        Optional<String> objection =
                record.isEmpty() ? Optional.of("its data is not known") : origin.objection(record.get());
        require(Requirement.ANONYMISED, objection.isEmpty(), version, "anonymised data alone", objection.orElse(""));
        return origin.found();
    }

    /**
     * Asks for an approval where one is required.
     *
     * @param approvers ids of the users who approved
     * @param concerned who started it, or has written what is promoted: they cannot approve
     * @throws MlopsException of kind REFUSED without one by another person
     */
    public void checkApproved(@NonNull Collection<String> approvers, @NonNull Collection<String> concerned) {
        requirements.source(Requirement.APPROVAL).ifPresent(source -> {
            if (approvers.stream().noneMatch(approver -> concerned.stream().noneMatch(approver::equalsIgnoreCase))) {
                throw MlopsException.refused(source + " requires the approval of a promotion by a person who neither"
                        + " started the build nor wrote its commit"
                        + (approvers.isEmpty()
                                ? ", and there is none: give promoteModel an 'approval'"
                                : ": " + String.join(", ", approvers) + " cannot give it"));
            }
        });
    }

    /** What the version's tag names, if it is here, undamaged, about the version's model and of its run. */
    private static Optional<Recorded<Provenance>> record(LineageStore store, ModelVersion version) {
        String named = version.tags().get(RunTags.LINEAGE);
        Digest model = version.digest();
        if (model == null || named == null) {
            return Optional.empty();
        }
        return provenance(store, model).stream()
                .filter(known -> known.record().toString().equals(named))
                .filter(known -> store.isIntact(known.record()))
                .filter(known -> Objects.equals(known.predicate().mlflowRun().orElse(null), version.runId()))
                .findFirst();
    }

    private static List<Recorded<Provenance>> provenance(LineageStore store, Digest model) {
        return store.dossier(model).of(Provenance.class);
    }

    private static boolean isOfImage(Provenance provenance) {
        return provenance
                .dependencies(Provenance.IMAGE)
                .anyMatch(image -> image.digest(ResourceDescriptor.SHA256).isPresent());
    }

    private void require(Requirement requirement, boolean met, ModelVersion version, String what, String found) {
        if (!met) {
            requirements.source(requirement).ifPresent(source -> {
                throw MlopsException.refused(source + " requires " + what + " of what an alias points to, and version "
                        + version.version() + " of " + version.name() + " is refused: " + found
                        + "; nobody can override this");
            });
        }
    }
}
