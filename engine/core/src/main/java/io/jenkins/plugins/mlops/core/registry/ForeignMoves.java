package io.jenkins.plugins.mlops.core.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Finds the aliases of a model that someone moved who does not keep the protocol of {@link Promoter}. */
public final class ForeignMoves {

    private ForeignMoves() {}

    /** A half sentence for each of them, in the order of their names; none when all are where promotions left them. */
    public static List<String> of(ModelRegistry registry, String model) {
        List<String> moves = new ArrayList<>();
        for (String tag : new TreeSet<>(registry.modelTags(model).keySet())) {
            String alias = AliasTags.aliasOf(tag);
            if (alias != null) {
                AliasState state = AliasState.read(registry, model, alias);
                if (state.isForeign()) {
                    moves.add(state.foreignMove(alias));
                }
            }
        }
        return List.copyOf(moves);
    }
}
