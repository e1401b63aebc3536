package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.registry.RoundWatch.Look;
import io.jenkins.plugins.mlops.core.registry.RoundWatch.Setter;
import io.jenkins.plugins.mlops.core.registry.Rounds.Decided;
import io.jenkins.plugins.mlops.core.registry.Rounds.Hand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Carries out what the journal of an alias decided; the states are {@link JournalProtocol}'s. */
final class RoundApplication {

    private final ModelRegistry registry;
    private final LineageStore lineage;
    private final EvidenceStore evidence;
    private final Rounds rounds;
    private final RoundWatch watch;

    RoundApplication(ModelRegistry registry, LineageStore lineage, EvidenceStore evidence, Rounds rounds) {
        this.registry = registry;
        this.lineage = lineage;
        this.evidence = evidence;
        this.rounds = rounds;
        this.watch = new RoundWatch(registry, rounds);
    }

    /**
     * Brings the alias to where the newest round wants it.
     *
     * @param known a round near the newest one
     * @param notes are extended by what was finished and repaired
     */
    JournaledAlias settle(Decided known, List<String> notes) {
        return settle(known, 0, notes);
    }

    /** As {@link #settle(Decided, List)}. @param own the round that the caller decided and need not be told of, 0 for none */
    JournaledAlias settle(Decided known, long own, List<String> notes) {
        List<Hand> hands = new ArrayList<>();
        Decided last = known;
        for (int i = 0; i < RoundWatch.LOOKS; i++) {
            Look look = watch.look(last);
            last = look.last();
            Optional<String> doubt = watch.doubt(look);
            if (doubt.isPresent()) {
                Decided newest = rounds.last(last);
                if (newest.number() == last.number()) {
                    return new JournaledAlias(rounds, this, last, look.current(), doubt.get(), watch.remembered(look));
                }
                last = newest;
                continue;
            }
            Map<String, String> tags = tags(last, look);
            boolean stands = look.done() && look.setter() != Setter.LATE;
            if (stands && (!look.isInPlace() || look.tags().entrySet().containsAll(tags.entrySet()))) {
                hands.forEach(rounds::lay);
                known(look).ifPresent(version -> requireSame(look.last(), version));
                return new JournaledAlias(rounds, this, last, look.current(), null, null);
            }
            apply(look, own, tags, hands, notes);
        }
        throw RoundWatch.restless(last);
    }

    private void apply(Look look, long own, Map<String, String> tags, List<Hand> hands, List<String> notes) {
        Decided decided = look.last();
        Round round = decided.round();
        Optional<ModelVersion> target = registry.version(round.model(), round.to());
        if (target.isEmpty()) {
            notes.add("round " + decided.number() + " could not be carried out: version " + round.to() + " of "
                    + round.model() + " was deleted");
            rounds.finish(decided, null);
            return;
        }
        ModelVersion version = target.get();
        requireSame(decided, version);
        tell(look, own, notes);
        explain(decided, version);
        if (!look.isInPlace()) {
            hands.add(rounds.raise(decided.number()));
            registry.setAlias(round.model(), round.alias(), round.to());
        }
        Digest record = look.done() ? null : record(decided);
        registry.setModelTags(round.model(), tags);
        if (!look.done()) {
            rounds.finish(decided, record);
        }
    }

    private static void tell(Look look, long own, List<String> notes) {
        Decided decided = look.last();
        Round round = decided.round();
        if (look.setter() == Setter.LATE) {
            notes.add("the alias pointed to " + Explanation.named(look.version())
                    + ", set late by an interrupted call; it was brought to version " + round.to() + " of round "
                    + decided.number() + " again");
        } else if (look.setter() == Setter.FOREIGN) {
            notes.add("the alias had been moved by someone else, to " + Explanation.named(look.version())
                    + ", before round " + decided.number() + " was carried out, which brought it to version "
                    + round.to());
        }
        if (!look.done() && decided.number() != own) {
            notes.add("a " + (round.rollback() ? "rollback to" : "promotion of") + " version " + round.to()
                    + " that had been interrupted was completed");
        }
    }

    /** The version of the last round, as the registry has it. */
    private Optional<ModelVersion> known(Look look) {
        Round round = look.last().round();
        return look.isInPlace() ? Optional.of(look.current()) : registry.version(round.model(), round.to());
    }

    /** A journal that is used with two servers would move the aliases of one by the decisions of the other. */
    private void requireSame(Decided decided, ModelVersion version) {
        Digest expected = decided.round().digest();
        if (expected != null && !expected.equals(version.digest())) {
            throw MlopsException.failed("Round " + decided.number() + " in " + rounds.location() + " moves the alias to"
                    + " the model " + expected + ", and version " + version.version() + " of " + version.name()
                    + " is " + version.digest() + ": either its tag " + RunTags.MODEL_DIGEST
                    + " was changed, or the evidence store belongs to another MLflow server");
        }
    }

    private void explain(Decided decided, ModelVersion version) {
        Round round = decided.round();
        if (!round.rollback()) {
            set(
                    version,
                    Explanation.ofPromotion(
                            round.alias(),
                            round.by(),
                            round.at(),
                            round.reason(),
                            round.gate(),
                            before(decided),
                            round.overridden()));
            return;
        }
        Integer left = round.found() == null ? round.from() : round.found();
        if (left != null && left != 0) {
            registry.version(round.model(), left)
                    .ifPresent(from -> set(
                            from,
                            Explanation.ofRollback(round.alias(), round.to(), round.by(), round.at(), round.reason())));
        }
    }

    private void set(ModelVersion version, Map<String, String> tags) {
        if (!version.tags().entrySet().containsAll(tags.entrySet())) {
            registry.setVersionTags(version.name(), version.version(), tags);
        }
    }

    /** What the model's tags say when the round is carried out. */
    private Map<String, String> tags(Decided decided, Look look) {
        AliasTags names = new AliasTags(decided.round().alias());
        Map<String, String> tags = new HashMap<>();
        tags.put(names.version(), String.valueOf(decided.round().to()));
        tags.put(names.previous(), Explanation.text(before(decided)));
        tags.put(names.journal(), evidence.location());
        tags.put(names.round(), String.valueOf(decided.number()));
        if (!look.tags().getOrDefault(names.pending(), "").isEmpty()) {
            tags.put(names.pending(), "");
        }
        return tags;
    }

    /** The version to which a rollback of the given round returns, null for none. */
    Integer before(Decided decided) {
        long state = decided.state();
        Optional<Decided> before = rounds.before(state);
        if (before.isPresent()) {
            return before.get().round().to();
        }
        if (state > 0) {
            Decided first = rounds.get(1);
            return rounds.isDoubtful(first) ? null : first.round().from();
        }
        return registry.version(decided.round().model(), decided.round().to())
                .map(version -> AliasTags.number(
                        version.tags(), new AliasTags(decided.round().alias()).replaced()))
                .orElse(null);
    }

    /** The same statement whoever writes it; null for a model that has no digest. */
    private Digest record(Decided decided) {
        Round round = decided.round();
        if (round.digest() == null) {
            return null;
        }
        AliasMove move = round.move(List.of());
        Statement statement = new Promotion(
                        round.model(),
                        round.to(),
                        round.alias(),
                        move.previous(),
                        round.rollback(),
                        !round.overridden().isEmpty(),
                        round.by(),
                        round.reason(),
                        round.gate(),
                        round.at(),
                        decided.number(),
                        round.approvals())
                .statement(round.digest());
        Digest record = lineage.append(statement);
        evidence.add(record, statement.toBytes());
        return record;
    }
}
