package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the aliases of a model that someone moved who does not keep the protocol of {@link Promoter}. */
public final class ForeignMoves {

    private ForeignMoves() {}

    /** A half sentence for each of them, in the order of their names; none when all are where promotions left them. */
    public static List<String> of(ModelRegistry registry, String model) {
        return of(registry, null, model);
    }

    /**
     * As {@link #of(ModelRegistry, String)}, and what else is not as the journals of an evidence store decided.
     *
     * @param evidence null for none
     */
    public static List<String> of(ModelRegistry registry, EvidenceStore evidence, String model) {
        List<String> moves = new ArrayList<>();
        for (String tag : new TreeSet<>(registry.modelTags(model).keySet())) {
            String alias = AliasTags.aliasOf(tag);
            if (alias != null) {
                moves.addAll(of(registry, evidence, model, alias));
            }
        }
        return List.copyOf(moves);
    }

    private static List<String> of(ModelRegistry registry, EvidenceStore evidence, String model, String alias) {
        if (evidence != null) {
            Rounds rounds = new Rounds(evidence, model, alias);
            Optional<Rounds.Decided> last = rounds.last();
            if (last.isPresent()) {
                return new RoundWatch(registry, rounds).problems(last.get());
            }
        }
        AliasState state = AliasState.read(registry, model, alias);
        return state.isForeign() ? List.of(state.foreignMove(alias)) : List.of();
    }
}
