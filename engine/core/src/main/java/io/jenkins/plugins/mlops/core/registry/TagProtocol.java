package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Moves aliases where there is nothing but MLflow. It sets an alias without comparing, so the move is made of steps whose order
 * lets the next call tell how far a dead one came:
 *
 * <pre>
 * CHECKED   policy and expectation hold; nothing is written
 * EXPLAINED the version's tags say who, why, which gate and what it replaces; the alias still points to the old version
 * PENDING   the model's tag "pending" says "3 from 2"
 * MOVED     the alias was compared once more, set, and read back
 * RECORDED  the lineage store and the model's tags "previous" and "version" say the same
 * SETTLED   "pending" is empty again
 * </pre>
 *
 * The order matters. What explains a move is written before it, or a call that finds the alias moved could not tell by whom and
 * why; what says that it was made is written after it, or a call could not tell that it was not. A rollback goes the same way; its
 * explanation is on the version it leaves. A call that finds PENDING with the alias on the wanted version completes the move from
 * the tags; with the alias still on the old version it begins anew. An alias that is neither where ours left it nor where a
 * pending move wanted it was moved by someone else. Between the last comparison and the set another writer can still come in;
 * reading back finds it unless that writer is in the same gap.
 */
final class TagProtocol implements AliasProtocol {

    private final ModelRegistry registry;
    private final LineageStore lineage;
    private final Clock clock;

    TagProtocol(ModelRegistry registry, LineageStore lineage, Clock clock) {
        this.registry = registry;
        this.lineage = lineage;
        this.clock = clock;
    }

    @Override
    public AliasPosition settle(String model, String alias, List<String> notes) {
        return new TaggedAlias(model, alias, settled(model, alias, notes));
    }

    /** The alias's state, after a move that died between moving and recording was completed. */
    private AliasState settled(String model, String alias, List<String> notes) {
        AliasState state = AliasState.read(registry, model, alias);
        if (!state.isUnrecorded()) {
            return state;
        }
        if (state.pendingRollback()) {
            recordRollback(model, alias, state);
            notes.add("a rollback to version " + state.pendingTo() + " that had been interrupted was completed");
        } else {
            record(model, alias, state.pendingTo());
            notes.add("a promotion of version " + state.pendingTo() + " that had been interrupted was completed");
        }
        return AliasState.read(registry, model, alias);
    }

    private final class TaggedAlias implements AliasPosition {

        private final String model;
        private final String alias;
        private final AliasState state;

        TaggedAlias(String model, String alias, AliasState state) {
            this.model = model;
            this.alias = alias;
            this.state = state;
        }

        @Override
        public ModelVersion current() {
            return state.current();
        }

        @Override
        public Integer recorded() {
            return state.recorded();
        }

        @Override
        public boolean isForeign() {
            return state.isForeign();
        }

        @Override
        public List<String> objections() {
            return state.objections(alias);
        }

        @Override
        public AliasMove made(List<String> notes) {
            return Explanation.read(state.current(), alias, notes);
        }

        @Override
        public Optional<AliasMove> rolledBackFrom(int from) {
            if (state.current() == null || !state.isOurs()) {
                return Optional.empty();
            }
            AliasTags names = new AliasTags(alias);
            return registry.version(model, from)
                    .map(ModelVersion::tags)
                    .filter(tags -> state.currentVersion().equals(AliasTags.number(tags, names.rollback("to"))))
                    .map(tags -> new AliasMove(
                            model,
                            alias,
                            state.currentVersion(),
                            from,
                            tags.get(names.rollback("by")),
                            tags.get(names.rollback("why")),
                            Explanation.instant(tags.get(names.rollback("at"))),
                            null,
                            List.of()));
        }

        @Override
        public Integer before() {
            return state.current() == null
                    ? null
                    : AliasTags.number(state.current().tags(), new AliasTags(alias).replaced());
        }

        @Override
        public AliasMove move(PlannedMove move, List<String> notes) {
            return move.rollback() ? rollback(move, notes) : promote(move, notes);
        }

        private AliasMove promote(PlannedMove move, List<String> notes) {
            int to = move.to().version();
            Integer previous = Objects.equals(state.currentVersion(), to) ? state.recorded() : state.currentVersion();
            registry.setVersionTags(
                    model,
                    to,
                    Explanation.ofPromotion(
                            alias, move.by(), move.at(), move.reason(), move.gate(), previous, move.overridden()));
            set(model, alias, state.currentVersion(), to, false);
            record(model, alias, to);
            return move.made(previous, notes);
        }

        private AliasMove rollback(PlannedMove move, List<String> notes) {
            Integer from = state.currentVersion();
            int to = move.to().version();
            if (from != null) {
                registry.setVersionTags(
                        model, from, Explanation.ofRollback(alias, to, move.by(), move.at(), move.reason()));
            }
            set(model, alias, from, to, true);
            append(
                    move.to(),
                    new Promotion(model, to, alias, from, true, false, move.by(), move.reason(), null, move.at()));
            remember(model, alias, to, AliasTags.number(move.to().tags(), new AliasTags(alias).replaced()));
            return move.made(from, notes);
        }
    }

    private void set(String model, String alias, Integer from, int to, boolean rollback) {
        AliasTags tags = new AliasTags(alias);
        registry.setModelTags(model, Map.of(tags.pending(), AliasState.pending(to, from, rollback)));
        Integer before = version(model, alias);
        if (!Objects.equals(before, from)) {
            registry.setModelTags(model, Map.of(tags.pending(), ""));
            throw Explanation.raced(model, alias, before);
        }
        registry.setAlias(model, alias, to);
        Integer after = version(model, alias);
        if (!Objects.equals(after, to)) {
            throw Explanation.raced(model, alias, after);
        }
    }

    private Integer version(String model, String alias) {
        return registry.byAlias(model, alias).map(ModelVersion::version).orElse(null);
    }

    /** From what the version's tags say, so that the same can be done by a later call. */
    private void record(String model, String alias, int to) {
        ModelVersion version = registry.version(model, to)
                .orElseThrow(() -> MlopsException.failed("Version " + to + " of " + model + " was deleted meanwhile"));
        AliasMove move = Explanation.read(version, alias, List.of());
        boolean overridden = !version.tags()
                .getOrDefault(new AliasTags(alias).override(), "")
                .isEmpty();
        append(
                version,
                new Promotion(
                        model,
                        to,
                        alias,
                        move.previous(),
                        false,
                        overridden,
                        move.by(),
                        move.reason() == null || move.reason().isEmpty() ? null : move.reason(),
                        move.gate(),
                        move.at() == null ? version.created() : move.at()));
        remember(model, alias, to, move.previous());
    }

    /** Completes a rollback whose explanation is on the version it left; there is none when the alias had been removed. */
    private void recordRollback(String model, String alias, AliasState state) {
        AliasTags names = new AliasTags(alias);
        Map<String, String> why = state.pendingFrom() == null
                ? Map.of()
                : registry.version(model, state.pendingFrom())
                        .map(ModelVersion::tags)
                        .orElse(Map.of());
        Instant at = Explanation.instant(why.get(names.rollback("at")));
        String reason = why.getOrDefault(names.rollback("why"), "");
        append(
                state.current(),
                new Promotion(
                        model,
                        state.pendingTo(),
                        alias,
                        state.pendingFrom(),
                        true,
                        false,
                        why.get(names.rollback("by")),
                        reason.isEmpty() ? null : reason,
                        null,
                        at == null ? clock.instant() : at));
        remember(
                model,
                alias,
                state.pendingTo(),
                AliasTags.number(state.current().tags(), names.replaced()));
    }

    private void append(ModelVersion version, Promotion promotion) {
        if (version.digest() != null) {
            lineage.append(promotion.statement(version.digest()));
        }
    }

    private void remember(String model, String alias, int version, Integer previous) {
        AliasTags tags = new AliasTags(alias);
        registry.setModelTags(model, Map.of(tags.previous(), Explanation.text(previous)));
        registry.setModelTags(model, Map.of(tags.version(), String.valueOf(version)));
        registry.setModelTags(model, Map.of(tags.pending(), ""));
    }
}
