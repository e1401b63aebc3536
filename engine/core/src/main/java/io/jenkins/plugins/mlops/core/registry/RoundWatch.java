package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.Rounds.Decided;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Compares an alias with its journal, and changes nothing; how is {@link JournalProtocol}'s. */
final class RoundWatch {

    /** More often than this nobody looks for the alias at rest. */
    static final int LOOKS = 500;

    private final ModelRegistry registry;
    private final Rounds rounds;

    RoundWatch(ModelRegistry registry, Rounds rounds) {
        this.registry = registry;
        this.rounds = rounds;
    }

    /** Who set the alias. */
    enum Setter {
        /** It is where the last round wants it, or where it was when that round was decided. */
        EXPECTED,
        /** It may be a writer of ours that had stalled. */
        LATE,
        FOREIGN
    }

    /** @param tags the model's */
    record Look(Decided last, ModelVersion current, Setter setter, boolean done, Map<String, String> tags) {

        boolean isInPlace() {
            return Objects.equals(version(), last.round().to());
        }

        Integer version() {
            return current == null ? null : current.version();
        }
    }

    /** What is not as it should be, each half a sentence. @param known a round near the newest one */
    List<String> problems(Decided known) {
        Look look = look(known);
        Optional<String> doubt = doubt(look);
        if (doubt.isPresent()) {
            return List.of(doubt.get());
        }
        Decided last = look.last();
        if (!look.done()) {
            return List.of(
                    "round " + last.number() + " was decided by " + last.round().by()
                            + " and is not carried out yet, to move the alias "
                            + last.round().alias() + " to version "
                            + last.round().to() + ": 'mlops model settle' does so");
        }
        return switch (look.setter()) {
            case EXPECTED -> List.of();
            case LATE ->
                List.of("the alias " + last.round().alias() + " was set to " + Explanation.named(look.version())
                        + " late by an interrupted call, and belongs to version "
                        + last.round().to()
                        + ": 'mlops model settle' repairs that");
            case FOREIGN -> List.of(foreignMove(last, look.version()));
        };
    }

    static String foreignMove(Decided last, Integer now) {
        return "the alias " + last.round().alias() + " was moved by someone else, from version "
                + last.round().to() + ", where round " + last.number() + " left it, to " + Explanation.named(now);
    }

    static MlopsException restless(Decided last) {
        return MlopsException.refused("The alias " + last.round().alias() + " of "
                + last.round().model() + " is being moved by others all the time: try again");
    }

    /** Why the last round is not believed, half a sentence. */
    Optional<String> doubt(Look look) {
        Decided last = look.last();
        if (rounds.isDoubtful(last)) {
            return Optional.of("round " + last.number() + ", which moves the alias to version "
                    + last.round().to() + ", was signed by no key that is trusted");
        }
        Integer remembered = remembered(look);
        return remembered == null || remembered.equals(last.round().forgotten())
                ? Optional.empty()
                : Optional.of("MLflow remembers round " + remembered + ", and the journal in " + rounds.location()
                        + " ends with round " + last.number() + ": rounds were deleted from it");
    }

    /** The round that MLflow remembers; null when the journal has it, or it is not there at all. */
    Integer remembered(Look look) {
        Decided last = look.last();
        Integer remembered =
                AliasTags.number(look.tags(), new AliasTags(last.round().alias()).round());
        return remembered == null || remembered <= last.number() ? null : remembered;
    }

    /** What is there at one moment. */
    Look look(Decided known) {
        Decided last = rounds.last(known);
        for (int i = 0; i < LOOKS; i++) {
            Round round = last.round();
            boolean done = rounds.isDone(last);
            ModelVersion current = current(round);
            Integer version = current == null ? null : current.version();
            if (Objects.equals(version, round.to())
                    || !done
                            && (Objects.equals(version, round.from())
                                    || Integer.valueOf(number(version)).equals(round.found()))) {
                return new Look(last, current, Setter.EXPECTED, done, registry.modelTags(round.model()));
            }
            Set<String> gestures = rounds.gestures();
            current = current(round);
            Decided newest = rounds.last(last);
            if (newest.number() == last.number() && gestures.equals(rounds.gestures())) {
                Setter setter = setter(current, last, gestures);
                return new Look(last, current, setter, done, registry.modelTags(round.model()));
            }
            last = newest;
        }
        throw restless(last);
    }

    private Setter setter(ModelVersion current, Decided last, Set<String> gestures) {
        Integer version = current == null ? null : current.version();
        if (Objects.equals(version, last.round().to())) {
            return Setter.EXPECTED;
        }
        for (long raised : Rounds.raised(gestures)) {
            if (raised <= last.number()
                    && Objects.equals(rounds.get(raised).round().to(), version)) {
                return Setter.LATE;
            }
        }
        return Setter.FOREIGN;
    }

    private ModelVersion current(Round round) {
        return registry.byAlias(round.model(), round.alias()).orElse(null);
    }

    /** 0 for none. */
    private static int number(Integer version) {
        return version == null ? 0 : version;
    }
}
