package io.jenkins.plugins.mlops.card;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.card.AnonymisedRule;
import io.jenkins.plugins.mlops.core.card.CardJournal;
import io.jenkins.plugins.mlops.core.card.CardPlace;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.policy.Requirement;
import java.util.Optional;
import java.util.Set;

/**
 * Which datasets this controller takes for anonymised: those that its configuration lists by content id, and those whose newest card
 * says so, signed with a key that the configuration trusts. What nobody signed whom it trusts does not count, since whoever may write to
 * a store can say it. Immutable: it says what the configuration said when it was made.
 */
public final class AnonymisedDatasets {

    private final Set<String> listed;
    private final TrustedKeys keys;

    private final JobPolicy policy;

    /** @param policy of the job that asks */
    public AnonymisedDatasets(@NonNull JobPolicy policy) {
        MlopsConfiguration configuration = MlopsConfiguration.get();
        this.listed = Set.copyOf(configuration.getAnonymisedDatasets());
        this.keys = configuration.trustedCardKeys();
        this.policy = policy;
    }

    /**
     * The newest revision of a version's card, with what counts of it here; empty without a card, or where the job may not read it.
     *
     * @param reference where the version was asked for
     * @throws MlopsException as {@link CardJournal} does
     */
    @NonNull
    public Optional<CardRevision> card(
            @NonNull ObjectStore store, @NonNull DatasetReference reference, @NonNull DatasetVersion version) {
        return CardPlace.of(reference, version)
                .filter(place -> policy.allowsLocation(place.dataset()))
                .flatMap(place -> CardJournal.believing(store, place, keys).current());
    }

    /** What is said of a dataset. @param card from {@link #card}, empty without one */
    @NonNull
    public Finding find(@NonNull DatasetVersion dataset, @NonNull Optional<CardRevision> card) {
        if (dataset.contentId() != null && listed.contains(dataset.contentId().toString())) {
            return new Finding(
                    true,
                    "The dataset " + dataset.name() + " (" + dataset.contentId()
                            + ") is anonymised: Jenkins' configuration lists it");
        }
        Optional<String> objection = AnonymisedRule.objection(dataset, card);
        if (objection.isEmpty()) {
            return new Finding(true, AnonymisedRule.told(dataset, card.orElseThrow()));
        }
        boolean inVain = keys.isEmpty()
                && card.filter(revision -> revision.card().isAnonymised()).isPresent();
        return new Finding(
                false,
                objection.get()
                        + (inVain
                                ? "; this Jenkins trusts no key of cards yet: an administrator adds its public half"
                                        + " under Manage Jenkins, System, MLOps Pipeline"
                                : ""));
    }

    /**
     * Lets a dataset pass that is anonymised.
     *
     * @return who says that it is, as a sentence
     * @throws MlopsException of kind REFUSED, which says whose policy requires it where one does
     */
    @NonNull
    public String require(@NonNull DatasetVersion dataset, @NonNull Optional<CardRevision> card) {
        Finding finding = find(dataset, card);
        if (!finding.anonymised()) {
            throw MlopsException.refused(policy.requirements()
                            .source(Requirement.ANONYMISED)
                            .map(source -> source + " requires anonymised data. ")
                            .orElse("")
                    + finding.said());
        }
        return finding.said();
    }

    /** @param said a sentence: who says that it is anonymised, or why it does not count as that */
    public record Finding(boolean anonymised, @NonNull String said) {}
}
