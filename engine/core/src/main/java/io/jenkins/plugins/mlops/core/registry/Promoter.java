package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Moves an alias from one version of a model to another, so that who, why and the version before are kept. MLflow sets an
 * alias without comparing, so the move is made of steps whose order lets the next call tell how far a dead one came:
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
 * pending move wanted it was moved by someone else: that is an objection to a promotion, and a rollback undoes it. Between the last comparison and the set another writer can still come in; reading back
 * finds it unless that writer is in the same gap. Thread-safe; calls of one process for one model exclude each other only
 * when they share this object.
 */
public final class Promoter {

    private final ModelRegistry registry;
    private final LineageStore lineage;
    private final Clock clock;

    /** @param lineage where the move is recorded */
    public Promoter(ModelRegistry registry, LineageStore lineage, Clock clock) {
        this.registry = registry;
        this.lineage = lineage;
        this.clock = clock;
    }

    /**
     * Moves the alias to the requested version.
     *
     * @throws MlopsException of kind REFUSED when policy objects and is not overridden, or another writer was faster; USAGE when
     *     there is no such version or an override has no reason
     */
    public synchronized AliasMove promote(PromotionRequest request) {
        MlflowLimits.model(request.model());
        MlflowLimits.alias(request.alias());
        if (request.override() && (request.reason() == null || request.reason().isBlank())) {
            throw MlopsException.usage("An override wants a reason: say why");
        }
        ModelVersion version =
                registry.version(request.model(), request.version()).orElseThrow(() -> noVersion(request));
        List<String> notes = new ArrayList<>();
        AliasState state = settled(request.model(), request.alias(), notes);
        boolean there = Objects.equals(state.currentVersion(), request.version());
        if (there && state.isOurs()) {
            notes.add("the alias points to version " + request.version() + " already");
            AliasMove made = asRecorded(state.current(), request.alias(), notes);
            if (request.expected() != null && number(made.previous()) != request.expected()) {
                expect(request.model(), request.alias(), request.expected(), state);
            }
            return made;
        }
        expect(request.model(), request.alias(), request.expected(), state);
        List<String> objections = PromotionPolicy.objections(version, request, state);
        if (!objections.isEmpty() && !request.override()) {
            throw MlopsException.refused(
                    "Version " + request.version() + " of " + request.model() + " is not promoted to "
                            + request.alias() + ": " + String.join("; ", objections)
                            + ". Nothing was changed; who may do so can override this with a reason");
        }
        objections.forEach(objection -> notes.add("overridden: " + objection));
        if (state.recorded() == null && state.current() != null) {
            notes.add("the alias had been set to version " + state.currentVersion() + " by someone else");
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Integer previous = there ? state.recorded() : state.currentVersion();
        explain(request, previous, objections, now);
        move(request.model(), request.alias(), state.currentVersion(), request.version(), false);
        record(request.model(), request.alias(), request.version());
        return new AliasMove(
                request.model(),
                request.alias(),
                request.version(),
                previous,
                request.by(),
                request.reason(),
                now,
                request.gate() == null ? null : request.gate().report(),
                List.copyOf(notes));
    }

    /**
     * Moves the alias back to the version that the present one replaced; when someone else moved it, to the one that ours
     * set last.
     *
     * @param from the version to leave, 0 for none; when an earlier call left it already, nothing is done again. Null for
     *     whichever the alias points to: then a second call goes back one more
     * @throws MlopsException of kind REFUSED when there is none, or another writer was faster
     */
    public synchronized AliasMove rollback(String model, String alias, Integer from, String reason, String by) {
        MlflowLimits.model(model);
        MlflowLimits.alias(alias);
        List<String> notes = new ArrayList<>();
        AliasState state = settled(model, alias, notes);
        if (from != null && number(state.currentVersion()) != from) {
            Optional<AliasMove> made = rolledBack(model, alias, from, state, notes);
            if (made.isPresent()) {
                return made.get();
            }
            expect(model, alias, from, state);
        }
        AliasTags tags = new AliasTags(alias);
        Integer target = null;
        if (state.isForeign()) {
            notes.add(state.foreignMove(alias));
            target = state.recorded();
        } else if (state.current() != null) {
            target = AliasTags.number(state.current().tags(), tags.replaced());
        }
        if (target == null) {
            throw MlopsException.refused("The alias " + alias + " of " + model
                    + (state.current() == null
                            ? " is not set"
                            : " on version " + state.currentVersion() + " replaced no other")
                    + ", so there is nothing to roll back to");
        }
        int to = target;
        ModelVersion version = registry.version(model, to)
                .orElseThrow(() -> MlopsException.refused("The version " + to + " of " + model + " that the alias "
                        + alias + " pointed to before was deleted: promote another version"));
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        if (state.current() != null) {
            Map<String, String> why = new LinkedHashMap<>();
            why.put(tags.rollback("to"), String.valueOf(to));
            why.put(tags.rollback("by"), by);
            why.put(tags.rollback("why"), reason == null ? "" : reason);
            why.put(tags.rollback("at"), now.toString());
            registry.setVersionTags(model, state.currentVersion(), why);
        }
        move(model, alias, state.currentVersion(), to, true);
        append(version, new Promotion(model, to, alias, state.currentVersion(), true, false, by, reason, null, now));
        settle(model, alias, to, AliasTags.number(version.tags(), tags.replaced()));
        return new AliasMove(model, alias, to, state.currentVersion(), by, reason, now, null, List.copyOf(notes));
    }

    /** The rollback that left that version for where the alias points now; empty when there was none. */
    private Optional<AliasMove> rolledBack(String model, String alias, int from, AliasState state, List<String> notes) {
        if (state.current() == null || !state.isOurs()) {
            return Optional.empty();
        }
        AliasTags names = new AliasTags(alias);
        return registry.version(model, from)
                .map(ModelVersion::tags)
                .filter(tags -> state.currentVersion().equals(AliasTags.number(tags, names.rollback("to"))))
                .map(tags -> {
                    notes.add("the alias went back to version " + state.currentVersion() + " already");
                    return new AliasMove(
                            model,
                            alias,
                            state.currentVersion(),
                            from,
                            tags.get(names.rollback("by")),
                            tags.get(names.rollback("why")),
                            instant(tags.get(names.rollback("at"))),
                            null,
                            List.copyOf(notes));
                });
    }

    /** What the tags say of the move that brought the alias to the version. */
    private static AliasMove asRecorded(ModelVersion version, String alias, List<String> notes) {
        AliasTags names = new AliasTags(alias);
        Map<String, String> tags = version.tags();
        String gate = tags.getOrDefault(names.gate(), "");
        return new AliasMove(
                version.name(),
                alias,
                version.version(),
                AliasTags.number(tags, names.replaced()),
                tags.get(names.by()),
                tags.get(names.why()),
                instant(tags.get(names.at())),
                Digest.isDigest(gate) ? Digest.parse(gate) : null,
                List.copyOf(notes));
    }

    /** Null when the tag is missing or someone wrote another thing into it. */
    private static Instant instant(String tag) {
        try {
            return tag == null ? null : Instant.parse(tag);
        } catch (DateTimeParseException e) {
            return null;
        }
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

    private static void expect(String model, String alias, Integer expected, AliasState state) {
        int current = number(state.currentVersion());
        if (expected != null && current != expected) {
            throw MlopsException.refused(
                    "The alias " + alias + " of " + model + " points to " + named(current) + ", and "
                            + named(expected)
                            + " was expected: another promotion was faster; look at it and decide anew");
        }
    }

    private MlopsException noVersion(PromotionRequest request) {
        List<ModelVersion> versions = registry.versions(request.model());
        return MlopsException.usage("The model " + request.model() + " has no version " + request.version() + ": "
                + (versions.isEmpty()
                        ? "nothing is registered under that name"
                        : "its newest is " + versions.get(0).version()));
    }

    /** 0 for none. */
    private static int number(Integer version) {
        return version == null ? 0 : version;
    }

    private static String named(int version) {
        return version == 0 ? "no version" : "version " + version;
    }

    private void explain(PromotionRequest request, Integer previous, List<String> objections, Instant now) {
        AliasTags tags = new AliasTags(request.alias());
        Map<String, String> why = new LinkedHashMap<>();
        why.put(tags.by(), request.by());
        why.put(tags.at(), now.toString());
        why.put(tags.why(), request.reason() == null ? "" : request.reason());
        why.put(
                tags.gate(),
                request.gate() == null ? "" : request.gate().report().toString());
        why.put(tags.replaced(), previous == null ? "" : String.valueOf(previous));
        why.put(tags.override(), String.join("; ", objections));
        registry.setVersionTags(request.model(), request.version(), why);
    }

    private void move(String model, String alias, Integer from, int to, boolean rollback) {
        AliasTags tags = new AliasTags(alias);
        registry.setModelTags(model, Map.of(tags.pending(), AliasState.pending(to, from, rollback)));
        Integer before = version(model, alias);
        if (!Objects.equals(before, from)) {
            registry.setModelTags(model, Map.of(tags.pending(), ""));
            throw raced(model, alias, before);
        }
        registry.setAlias(model, alias, to);
        Integer after = version(model, alias);
        if (!Objects.equals(after, to)) {
            throw raced(model, alias, after);
        }
    }

    private Integer version(String model, String alias) {
        return registry.byAlias(model, alias).map(ModelVersion::version).orElse(null);
    }

    private static MlopsException raced(String model, String alias, Integer now) {
        return MlopsException.refused("Another writer moved the alias " + alias + " of " + model + " to "
                + named(number(now)) + " meanwhile; theirs stays, look at it and decide anew");
    }

    /** From what the version's tags say, so that the same can be done by a later call. */
    private void record(String model, String alias, int to) {
        ModelVersion version = registry.version(model, to)
                .orElseThrow(() -> MlopsException.failed("Version " + to + " of " + model + " was deleted meanwhile"));
        AliasMove move = asRecorded(version, alias, List.of());
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
        settle(model, alias, to, move.previous());
    }

    /** Completes a rollback whose explanation is on the version it left; there is none when the alias had been removed. */
    private void recordRollback(String model, String alias, AliasState state) {
        AliasTags names = new AliasTags(alias);
        Map<String, String> why = state.pendingFrom() == null
                ? Map.of()
                : registry.version(model, state.pendingFrom())
                        .map(ModelVersion::tags)
                        .orElse(Map.of());
        Instant at = instant(why.get(names.rollback("at")));
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
        settle(model, alias, state.pendingTo(), AliasTags.number(state.current().tags(), names.replaced()));
    }

    private void append(ModelVersion version, Promotion promotion) {
        String digest = version.tags().get(RunTags.MODEL_DIGEST);
        if (digest != null && Digest.isDigest(digest)) {
            lineage.append(promotion.statement(Digest.parse(digest)));
        }
    }

    private void settle(String model, String alias, int version, Integer previous) {
        AliasTags tags = new AliasTags(alias);
        registry.setModelTags(model, Map.of(tags.previous(), previous == null ? "" : String.valueOf(previous)));
        registry.setModelTags(model, Map.of(tags.version(), String.valueOf(version)));
        registry.setModelTags(model, Map.of(tags.pending(), ""));
    }
}
