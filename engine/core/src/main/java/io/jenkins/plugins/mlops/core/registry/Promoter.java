package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.Approval;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.withdrawal.Finding;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Moves an alias from one version of a model to another, so that who, why and the version before are kept. What speaks against a
 * move is the same wherever it is made; how writers share the alias is not: with an evidence store its journal decides who moves
 * it ({@link JournalProtocol}), without one MLflow's tags tell what happened ({@link TagProtocol}). Both name their states.
 *
 * <p>An alias that someone moved by other means is an objection to a promotion, and a rollback undoes it. Thread-safe; without an
 * evidence store, calls of one process for one model exclude each other only when they share this object.
 */
public final class Promoter {

    /** Of what was withdrawn, people are told so many. */
    private static final int TOLD = 3;

    private final ModelRegistry registry;
    private final Clock clock;
    private final AliasProtocol protocol;
    private final Approvals approvals;
    private final LineageStore lineage;
    private final EvidenceStore evidence;

    /** Without an evidence store. @param lineage where the move is recorded */
    public Promoter(ModelRegistry registry, LineageStore lineage, Clock clock) {
        this(registry, lineage, clock, null);
    }

    /** @param evidence whose journals decide, stays open; null for none */
    public Promoter(ModelRegistry registry, LineageStore lineage, Clock clock, EvidenceStore evidence) {
        this.registry = registry;
        this.clock = clock;
        this.lineage = lineage;
        this.evidence = evidence;
        this.approvals = new Approvals(lineage, evidence);
        TagProtocol tags = new TagProtocol(registry, lineage, clock);
        this.protocol = evidence == null ? tags : new JournalProtocol(registry, lineage, evidence, tags);
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
        AliasPosition position = protocol.settle(request.model(), request.alias(), notes);
        if (Objects.equals(position.currentVersion(), request.version()) && position.isOurs()) {
            notes.add("the alias points to version " + request.version() + " already");
            AliasMove made = position.made(notes);
            if (request.expected() != null && number(made.previous()) != request.expected()) {
                expect(request.model(), request.alias(), request.expected(), position);
            }
            return made;
        }
        expect(request.model(), request.alias(), request.expected(), position);
        List<Recorded<Approval>> all = approvals.of(version, request.alias());
        List<Recorded<Approval>> counting = PromotionPolicy.counting(version, request, all);
        Withdrawals withdrawals = withdrawals();
        List<String> objections = new ArrayList<>(PromotionPolicy.objections(version, request, position));
        PromotionPolicy.unapproved(request, counting.size(), all.size()).ifPresent(objections::add);
        withdrawn(withdrawals, version).ifPresent(objections::add);
        List<String> binding = PromotionPolicy.binding(version, request, position);
        if (request.override() && !binding.isEmpty()) {
            throw MlopsException.refused("Version " + request.version() + " of " + request.model()
                    + " is not promoted to " + request.alias() + ": " + String.join("; ", binding)
                    + ". Nothing was changed, and by policy nobody can override this");
        }
        if (!objections.isEmpty() && !request.override()) {
            throw MlopsException.refused(
                    "Version " + request.version() + " of " + request.model() + " is not promoted to "
                            + request.alias() + ": " + String.join("; ", objections)
                            + (binding.isEmpty()
                                    ? ". Nothing was changed; who may do so can override this with a reason"
                                    : ". Nothing was changed"));
        }
        objections.forEach(objection -> notes.add("overridden: " + objection));
        Optional.ofNullable(version.digest()).map(withdrawals::notKnownBehind).ifPresent(notes::addAll);
        if (position.recorded() == null && position.current() != null) {
            notes.add("the alias had been set to version " + position.currentVersion() + " by someone else");
        }
        PlannedMove move = new PlannedMove(
                version,
                request.alias(),
                false,
                request.gate() == null ? null : request.gate().report(),
                counting.stream().map(Recorded::record).toList(),
                objections,
                request.by(),
                request.reason(),
                now());
        return position.move(move, notes);
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
        return rollback(model, alias, from, reason, by, version -> {});
    }

    /**
     * As the other.
     *
     * @param guard sees the version that the alias would go back to, before anything is changed, and throws what it refuses
     */
    public synchronized AliasMove rollback(
            String model, String alias, Integer from, String reason, String by, Consumer<ModelVersion> guard) {
        MlflowLimits.model(model);
        MlflowLimits.alias(alias);
        List<String> notes = new ArrayList<>();
        AliasPosition position = protocol.settle(model, alias, notes);
        if (from != null && number(position.currentVersion()) != from) {
            Optional<AliasMove> made = position.rolledBackFrom(from);
            if (made.isPresent()) {
                notes.add("the alias went back to version " + position.currentVersion() + " already");
                return made.get().with(notes);
            }
            expect(model, alias, from, position);
        }
        notes.addAll(position.objections());
        Integer target = position.isForeign() ? position.recorded() : position.before();
        if (target == null) {
            throw MlopsException.refused("The alias " + alias + " of " + model
                    + (position.current() == null
                            ? " is not set"
                            : " on version " + position.currentVersion() + " replaced no other")
                    + ", so there is nothing to roll back to");
        }
        ModelVersion version = registry.version(model, target)
                .orElseThrow(() -> MlopsException.refused("The version " + target + " of " + model + " that the alias "
                        + alias + " pointed to before was deleted: promote another version"));
        guard.accept(version);
        withdrawn(withdrawals(), version).ifPresent(objection -> {
            throw MlopsException.refused(
                    "The alias " + alias + " of " + model + " is not rolled back to version " + target + ": "
                            + objection + ". Promote another version, or this one with an override and a reason");
        });
        return position.move(
                new PlannedMove(version, alias, true, null, List.of(), List.of(), by, reason, now()), notes);
    }

    /**
     * Finishes what an interrupted call began.
     *
     * @return the last move of ours, with notes of what was finished; empty when there was none
     * @throws MlopsException of kind REFUSED when someone else moved the alias, which only a promotion or rollback may undo
     */
    public synchronized Optional<AliasMove> settle(String model, String alias) {
        MlflowLimits.model(model);
        MlflowLimits.alias(alias);
        List<String> notes = new ArrayList<>();
        AliasPosition position = protocol.settle(model, alias, notes);
        if (!position.objections().isEmpty()) {
            throw MlopsException.refused("The alias " + alias + " of " + model + " was not settled: "
                    + String.join("; ", position.objections()) + "; promote a version, or roll back to undo this");
        }
        return position.recorded() == null ? Optional.empty() : Optional.of(position.made(notes));
    }

    private Withdrawals withdrawals() {
        return Withdrawals.in(Optional.ofNullable(evidence), lineage);
    }

    private static Optional<String> withdrawn(Withdrawals withdrawals, ModelVersion version) {
        Digest model = version.digest();
        List<Finding> findings = model == null ? List.of() : withdrawals.findInModel(model);
        return findings.isEmpty()
                ? Optional.empty()
                : Optional.of("it came from withdrawn data: "
                        + findings.stream().limit(TOLD).map(Finding::toString).collect(Collectors.joining("; "))
                        + (findings.size() > TOLD ? "; and " + (findings.size() - TOLD) + " more" : ""));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static void expect(String model, String alias, Integer expected, AliasPosition position) {
        int current = number(position.currentVersion());
        if (expected != null && current != expected) {
            throw MlopsException.refused("The alias " + alias + " of " + model + " points to "
                    + Explanation.named(current) + ", and " + Explanation.named(expected)
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
}
