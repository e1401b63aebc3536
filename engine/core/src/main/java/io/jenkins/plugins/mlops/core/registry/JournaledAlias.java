package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.Rounds.Decided;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** An alias whose moves a journal orders. */
final class JournaledAlias implements AliasPosition {

    private final Rounds rounds;
    private final RoundApplication application;
    private final Decided last;
    private final AliasPosition untilNow;
    private final ModelVersion current;
    private final String doubt;
    private final Integer forgotten;

    /**
     * After rounds.
     *
     * @param doubt why the last one is not believed, half a sentence; null when it is
     * @param forgotten the round that MLflow remembers and the journal has lost; null for none
     */
    JournaledAlias(
            Rounds rounds,
            RoundApplication application,
            Decided last,
            ModelVersion current,
            String doubt,
            Integer forgotten) {
        this.rounds = rounds;
        this.application = application;
        this.last = last;
        this.untilNow = null;
        this.current = current;
        this.doubt = doubt;
        this.forgotten = forgotten;
    }

    /** Before the first round. @param untilNow what MLflow's tags say */
    JournaledAlias(Rounds rounds, RoundApplication application, AliasPosition untilNow) {
        this.rounds = rounds;
        this.application = application;
        this.last = null;
        this.untilNow = untilNow;
        this.current = untilNow.current();
        this.doubt = null;
        this.forgotten = null;
    }

    @Override
    public ModelVersion current() {
        return current;
    }

    @Override
    public Integer recorded() {
        return last == null ? untilNow.recorded() : Integer.valueOf(last.round().to());
    }

    @Override
    public boolean isForeign() {
        return last == null ? untilNow.isForeign() : doubt == null && !isOurs();
    }

    @Override
    public boolean isOurs() {
        return doubt == null && AliasPosition.super.isOurs();
    }

    @Override
    public List<String> objections() {
        if (last == null) {
            return untilNow.objections();
        }
        if (doubt != null) {
            return List.of(doubt);
        }
        return isForeign() ? List.of(RoundWatch.foreignMove(last, currentVersion())) : List.of();
    }

    @Override
    public AliasMove made(List<String> notes) {
        return last == null ? untilNow.made(notes) : last.round().move(notes);
    }

    @Override
    public Optional<AliasMove> rolledBackFrom(int from) {
        if (last == null) {
            return untilNow.rolledBackFrom(from);
        }
        AliasMove move = last.round().move(List.of());
        return last.round().rollback() && isOurs() && Objects.equals(move.previous(), from == 0 ? null : from)
                ? Optional.of(move)
                : Optional.empty();
    }

    @Override
    public Integer before() {
        return last == null ? untilNow.before() : application.before(last);
    }

    @Override
    public AliasMove move(PlannedMove move, List<String> notes) {
        rounds.requireSignature();
        Round round = round(move);
        if (last == null && current != null) {
            notes.add("the alias stood at version " + current.version() + " before its first round");
        }
        Decided decided = rounds.claim(last, round).orElseThrow(() -> lost(move));
        JournaledAlias now = application.settle(decided, decided.number(), notes);
        if (now.isForeign()) {
            throw MlopsException.refused("Round " + decided.number() + " moved the alias " + move.alias() + " of "
                    + move.model() + " to version " + round.to()
                    + ", but another writer, who keeps no protocol, moved it to "
                    + Explanation.named(now.currentVersion())
                    + " meanwhile; theirs stays: promote again, or roll back to undo it");
        }
        if (now.doubt != null) {
            throw MlopsException.refused(
                    "Round " + decided.number() + " was decided, and not carried out: " + now.doubt);
        }
        if (now.last.number() > decided.number()) {
            notes.add("round " + now.last.number() + " has moved the alias on, to version "
                    + now.last.round().to());
        }
        return round.move(notes);
    }

    private Round round(PlannedMove move) {
        Integer from = last == null && !isForeign() ? currentVersion() : recorded();
        boolean elsewhere = !Objects.equals(from, currentVersion());
        return new Round(
                move.model(),
                move.alias(),
                move.to().digest(),
                from,
                move.to().version(),
                elsewhere ? Integer.valueOf(current == null ? 0 : current.version()) : null,
                move.rollback(),
                restored(move),
                forgotten,
                move.by(),
                move.reason(),
                move.gate(),
                move.approvals(),
                move.overridden(),
                UUID.randomUUID().toString(),
                move.at());
    }

    private Long restored(PlannedMove move) {
        if (last == null) {
            return move.rollback() ? 0L : null;
        }
        if (doubt == null && move.to().version() == last.round().to()) {
            return last.state(); // someone else's move is undone
        }
        if (!move.rollback()) {
            return null;
        }
        return rounds.before(last.state()).map(Decided::state).orElse(0L);
    }

    private MlopsException lost(PlannedMove move) {
        Decided winner = last == null ? rounds.get(1) : rounds.get(last.number() + 1);
        return MlopsException.refused("The alias " + move.alias() + " of " + move.model()
                + " was not moved: another promotion was faster, round " + winner.number() + " by "
                + winner.round().by() + " to version " + winner.round().to() + "; look at it and decide anew");
    }
}
