package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.Rounds.Decided;
import java.util.List;
import java.util.Optional;

/**
 * Moves aliases by rounds. MLflow sets an alias without comparing, but an evidence store takes one object of a name alone: the
 * journal of an alias decides, and MLflow follows. A round goes through these states:
 *
 * <pre>
 * DECIDED   entry n of the journal names the move; the writers who offered another entry n were refused
 * EXPLAINED the versions' tags say who, why and which gate
 * RAISED    a hand says that someone is about to set the alias to where round n goes
 * MOVED     the alias is set, when it was not there already
 * RECORDED  the lineage store and the evidence store have the statement, the model's tags say where the alias is
 * DONE      says so
 * LAID      nothing newer was decided, so the alias is where the last round wants it, and the hand is laid down
 * </pre>
 *
 * <p>Policy and expectation are held against what round n - 1 left, and entry n can be written only after entry n - 1: so there is
 * exactly one winner a round, whose decision rests on the state that it replaces. All that follows DECIDED can be done by
 * anyone, any number of times, and changes nothing when it was done: every call begins by finishing the last round, so round n + 1 is
 * never decided before round n is DONE. A call ends by reading the journal again: what is newer is carried out too, which repairs what
 * it may have set late.
 *
 * <p>An alias that is not where the last round wants it was either set late by a writer of ours that had stalled, which is repaired: a
 * hand is raised for a round that goes there. Or it was set by someone who does not keep the protocol: that is an objection to a
 * promotion, and a rollback undoes it. Hands are listed before and after the alias is read, and it is believed only when they are the same,
 * since a writer repairs before it lays its hand down.
 *
 * <p>A round that no trusted key signed, where keys are trusted, is not carried out, and objects to a promotion; so does a journal that
 * ends before the round that MLflow remembers.
 */
final class JournalProtocol implements AliasProtocol {

    private final ModelRegistry registry;
    private final LineageStore lineage;
    private final EvidenceStore evidence;
    private final TagProtocol before;

    /** @param before tells of an alias that has no rounds yet */
    JournalProtocol(ModelRegistry registry, LineageStore lineage, EvidenceStore evidence, TagProtocol before) {
        this.registry = registry;
        this.lineage = lineage;
        this.evidence = evidence;
        this.before = before;
    }

    @Override
    public AliasPosition settle(String model, String alias, List<String> notes) {
        Rounds rounds = new Rounds(evidence, model, alias);
        RoundApplication application = new RoundApplication(registry, lineage, evidence, rounds);
        Optional<Decided> last = rounds.last();
        if (last.isEmpty()) {
            AliasPosition untilNow = before.settle(model, alias, notes);
            last = rounds.last(); // or someone's first round was taken for a move by others
            if (last.isEmpty()) {
                return new JournaledAlias(rounds, application, untilNow);
            }
        }
        return application.settle(last.get(), notes);
    }
}
