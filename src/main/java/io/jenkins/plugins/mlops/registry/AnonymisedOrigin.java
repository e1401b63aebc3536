package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.card.AnonymisedDatasets.Finding;
import io.jenkins.plugins.mlops.card.FoundCards;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Follows a model back through its parents and holds all datasets that they were trained on against what is known to be anonymised. Asks
 * object stores for cards. For one question; not thread-safe.
 */
final class AnonymisedOrigin {

    private final LineageStore store;
    private final FoundCards cards;
    private final List<String> found = new ArrayList<>();

    /** @param policy of the job, whose object stores are asked */
    AnonymisedOrigin(LineageStore store, JobPolicy policy) {
        this.store = store;
        this.cards = new FoundCards(policy);
    }

    /**
     * What is not known to be anonymised of all that a model came from; empty when there is nothing.
     *
     * @throws MlopsException of kind UNREACHABLE or FAILED when an object store does not tell
     */
    @NonNull
    Optional<String> objection(@NonNull Recorded<Provenance> model) {
        Deque<Recorded<Provenance>> left = new ArrayDeque<>(List.of(model));
        Set<Digest> seen = new HashSet<>();
        while (!left.isEmpty()) {
            Provenance provenance = left.remove().predicate();
            Optional<String> objection = ofData(provenance);
            if (objection.isPresent()) {
                return objection;
            }
            for (ResourceDescriptor parent :
                    provenance.dependencies(Provenance.PARENT).toList()) {
                Optional<Digest> digest = parent.digest(ResourceDescriptor.TREE);
                List<Recorded<Provenance>> before = digest.map(
                                known -> store.dossier(known).of(Provenance.class))
                        .orElse(List.of());
                if (before.isEmpty()) {
                    return Optional.of("the data of its parent " + parent.uri() + " is not known");
                }
                if (digest.isPresent() && seen.add(digest.get())) {
                    left.addAll(before);
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> ofData(Provenance provenance) {
        List<ResourceDescriptor> datasets =
                provenance.dependencies(Provenance.TRAINING_DATA).toList();
        if (datasets.isEmpty()) {
            return Optional.of("the data of a training is not known");
        }
        for (ResourceDescriptor dataset : datasets) {
            Finding finding = find(dataset);
            if (!finding.anonymised()) {
                return Optional.of(finding.said());
            }
            found.add(finding.said());
        }
        return Optional.empty();
    }

    private Finding find(ResourceDescriptor dataset) {
        return cards.find(new DatasetVersion(
                dataset.name(),
                dataset.digest(ResourceDescriptor.TREE).orElse(null),
                null,
                Objects.requireNonNullElse(dataset.uri(), "of unknown source"),
                0,
                0));
    }

    /** Who says of the datasets that they are anonymised, as sentences; each once. */
    @NonNull
    List<String> found() {
        return found.stream().distinct().toList();
    }
}
