package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.console.HyperlinkNote;
import hudson.model.Run;
import io.jenkins.plugins.mlops.audit.AuditLog;
import io.jenkins.plugins.mlops.audit.AuditRecord;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.AliasMove;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.Promoter;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.io.IOException;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * A wish to move an alias of a registered model. It is fulfilled at most once, however often it is tried: the version from which the
 * alias is moved is persisted before anything is changed. So a try after a restart is told by core's {@link Promoter}
 * whether this very move was made already, and is refused when the alias went elsewhere meanwhile. Whoever tries it, a step, a
 * button or an approval, the same is asked of it, and what came of it is written into the audit. Moves of one model are to be tried one
 * after the other, in the lane of that model.
 *
 * <pre>
 * STARTED   nothing is known
 * SEEN      the version from which it is moved is persisted
 * MOVED     Promoter has gone through its own states
 * RECORDED  the build's facts have the move: nothing is done again
 * </pre>
 */
abstract class AliasChange implements Serializable {

    private static final long serialVersionUID = 1L;

    protected final String name;
    protected final String alias;
    protected final String reason;
    protected final String server;

    /** The version that the alias is moved from, 0 for none; null until it is known. */
    private volatile Integer from;

    /** @param from null for the one that is found at the beginning */
    AliasChange(
            @NonNull String name,
            @NonNull String alias,
            @CheckForNull String reason,
            @CheckForNull String server,
            @CheckForNull Integer from) {
        this.name = name;
        this.alias = alias;
        this.reason = reason;
        this.server = server;
        this.from = from;
    }

    /** promote or rollback, as the facts say it. */
    @NonNull
    abstract String action();

    /** How the log says it: "Promoted". */
    @NonNull
    abstract String done();

    /** What is going on, for diagnosis. */
    @NonNull
    abstract String doing();

    /** Everything but the records; repeatable. */
    @NonNull
    abstract AliasMove move(
            @NonNull MlflowServer mlflow,
            @NonNull Promoter promoter,
            @NonNull RunFacts facts,
            @NonNull PromotionRules rules,
            @NonNull ChangePlace place)
            throws IOException, InterruptedException;

    /** Changes of one lane follow each other. */
    @NonNull
    final String lane() {
        return "model " + name;
    }

    /**
     * Makes the change, unless the build's record has it already.
     *
     * @throws MlopsException of kind REFUSED, USAGE, FAILED or UNREACHABLE, which the audit tells too
     */
    @NonNull
    final RunFacts.AliasUse make(@NonNull ChangePlace place) throws IOException, InterruptedException {
        Run<?, ?> run = place.run();
        BuildLineage lineage = run == null ? null : BuildLineage.of(run);
        RunFacts facts = lineage == null ? RunFacts.NONE : lineage.facts();
        Optional<RunFacts.AliasUse> made = facts.aliases().stream()
                .filter(use -> use.id().equals(place.id()))
                .findFirst();
        if (made.isPresent()) {
            return made.get();
        }
        JobPolicy policy = JobPolicy.of(place.item());
        String profileName = null;
        try {
            PromotionRules rules = new PromotionRules(policy);
            rules.check(name, alias);
            MlflowProfile profile = policy.mlflowServer(facts.mlflowServer(server));
            profileName = profile.getName();
            try (MlflowServer mlflow = profile.connect(place.run())) {
                Promoter promoter = new Promoter(mlflow, ControllerLineage.store(), Clock.systemUTC());
                AliasMove move = move(mlflow, promoter, facts, rules, place);
                RunFacts.AliasUse use = use(place, profileName, mlflow, move);
                audit(place, profileName, use, AuditRecord.DONE);
                if (lineage != null) {
                    lineage.update(known -> known.with(use));
                }
                tell(place, mlflow, move);
                return use;
            }
        } catch (IOException | RuntimeException e) {
            audit(place, profileName, null, e instanceof MlopsException ? e.getMessage() : e.toString());
            throw e;
        }
    }

    /** Who approved it; null for nobody. */
    @CheckForNull
    Decision approval() {
        return null;
    }

    private RunFacts.AliasUse use(ChangePlace place, String profile, MlflowServer mlflow, AliasMove move) {
        Decision approval = approval();
        return new RunFacts.AliasUse(
                place.id(),
                action(),
                profile,
                move.name(),
                move.alias(),
                move.version(),
                move.previous() == null ? 0 : move.previous(),
                mlflow.version(move.name(), move.version())
                        .map(ModelVersion::runId)
                        .orElse(null),
                move.gate() == null ? null : move.gate().toString(),
                move.by(),
                // What MLflow keeps as one text names the approver too, who is told of here by what follows.
                Util.fixEmpty(approval == null ? move.reason() : reason),
                move.at() == null ? null : move.at().toString(),
                approval == null ? null : approval.by(),
                approval == null ? null : approval.at(),
                approval == null ? null : approval.reason());
    }

    /** @param use null when nothing was moved */
    private void audit(ChangePlace place, String profile, @CheckForNull RunFacts.AliasUse use, String result) {
        AuditLog.add(new AuditRecord(
                Instant.now().toString(),
                place.by(),
                action(),
                place.from(),
                place.id(),
                profile,
                name,
                alias,
                use == null ? null : use.version(),
                use == null || use.previous() == 0 ? null : use.previous(),
                use == null ? null : use.gate(),
                use == null ? reason : use.reason(),
                result));
    }

    private void tell(ChangePlace place, MlflowServer mlflow, AliasMove move) {
        move.notes().forEach(note -> place.log().println("note: " + note));
        place.log()
                .println(done() + " " + move.name() + ": " + move.alias() + " "
                        + (move.previous() == null
                                ? "was not set"
                                : "was " + link(mlflow, move.name(), move.previous()))
                        + ", is " + link(mlflow, move.name(), move.version()) + " now"
                        + (move.gate() == null ? "" : " (gate report " + move.gate() + ")"));
    }

    private static String link(MlflowServer mlflow, String model, int version) {
        return HyperlinkNote.encodeTo(mlflow.versionUrl(model, version), "version " + version);
    }

    /** The version that the alias is moved from, 0 for none: looked up once, and persisted before it is returned. */
    protected final int from(@NonNull MlflowServer mlflow, @NonNull ChangePlace place)
            throws IOException, InterruptedException {
        if (from == null) {
            from = mlflow.byAlias(name, alias).map(ModelVersion::version).orElse(0);
            place.save();
        }
        return from;
    }
}
