package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.List;

/**
 * Everything the store knows of one model.
 *
 * @param model its content id
 * @param records in the order in which what they say happened
 */
public record Dossier(Digest model, List<Recorded<? extends Predicate>> records) {

    public Dossier {
        records = List.copyOf(records);
    }

    /** The records of one kind, in order. */
    public <P extends Predicate> List<Recorded<P>> of(Class<P> kind) {
        return records.stream()
                .filter(recorded -> kind.isInstance(recorded.predicate()))
                .map(recorded ->
                        new Recorded<>(recorded.record(), recorded.statement(), kind.cast(recorded.predicate())))
                .toList();
    }
}
