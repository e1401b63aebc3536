package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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

    /**
     * As {@link #of(ModelRegistry, String)}, of what one answer of the server told; an alias that no promotion ever set is named too.
     *
     * @return alias to half a sentence
     */
    public static Map<String, String> of(RegisteredModel model) {
        Map<String, String> moves = new TreeMap<>();
        Set<String> aliases = new TreeSet<>(model.aliases().keySet());
        model.tags().keySet().stream()
                .map(AliasTags::aliasOf)
                .filter(Objects::nonNull)
                .forEach(aliases::add);
        for (String alias : aliases) {
            Integer version = model.aliases().get(alias);
            AliasState state = AliasState.of(
                    model.tags(),
                    alias,
                    version == null
                            ? null
                            : new ModelVersion(
                                    model.name(), version, "", null, List.of(alias), Map.of(), Instant.EPOCH));
            if (state.isForeign()) {
                moves.put(alias, state.foreignMove(alias));
            } else if (state.recorded() == null && version != null && !state.isUnrecorded()) {
                moves.put(alias, "the alias " + alias + " was set to version " + version + " by someone else");
            }
        }
        return moves;
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
