package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.console.HyperlinkNote;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.registry.AliasMove;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.Promoter;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.step.RestartableStepExecution;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Moves an alias of a registered model, at most once, however often it is begun: moves of one model wait for each other, and the
 * version from which the alias is moved is persisted before anything is changed. So a try after a restart is told by core's
 * {@link Promoter} whether this very move was made already, and is refused when the alias went elsewhere meanwhile.
 *
 * <pre>
 * STARTED   nothing is known
 * SEEN      the version from which it is moved is persisted with the build
 * MOVED     Promoter has gone through its own states
 * RECORDED  the build's facts have the move: nothing is done again
 * </pre>
 */
abstract class AliasMoveExecution extends RestartableStepExecution<PromotedModel> {

    private static final long serialVersionUID = 1L;

    protected final String name;
    protected final String alias;
    protected final String reason;
    private final String server;

    /** The version that the alias is moved from, 0 for none; null until it is known. */
    private volatile Integer from;

    /** @param from null for the one that is found when the step begins */
    AliasMoveExecution(
            StepContext context,
            String name,
            String alias,
            @CheckForNull String reason,
            @CheckForNull String server,
            @CheckForNull Integer from) {
        super(context);
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

    /** Everything but the record of the build; repeatable. */
    @NonNull
    abstract AliasMove move(
            @NonNull MlflowServer mlflow,
            @NonNull Promoter promoter,
            @NonNull RunFacts facts,
            @NonNull PromotionRules rules)
            throws IOException, InterruptedException;

    @Override
    protected final String lane() {
        return "model " + name;
    }

    @Override
    protected final PromotedModel work() throws IOException, InterruptedException {
        String id = useId();
        BuildLineage lineage = BuildLineage.of(run());
        RunFacts facts = lineage.facts();
        Optional<RunFacts.AliasUse> made =
                facts.aliases().stream().filter(use -> use.id().equals(id)).findFirst();
        return new PromotedModel(made.isPresent() ? made.get() : make(id, lineage, facts));
    }

    private RunFacts.AliasUse make(String id, BuildLineage lineage, RunFacts facts)
            throws IOException, InterruptedException {
        JobPolicy policy = JobPolicy.of(run());
        PromotionRules rules = new PromotionRules(policy);
        rules.check(name, alias);
        MlflowProfile profile = policy.mlflowServer(facts.mlflowServer(server));
        try (MlflowServer mlflow = profile.connect(run())) {
            AliasMove move =
                    move(mlflow, new Promoter(mlflow, ControllerLineage.store(), Clock.systemUTC()), facts, rules);
            RunFacts.AliasUse use = new RunFacts.AliasUse(
                    id,
                    action(),
                    profile.getName(),
                    move.name(),
                    move.alias(),
                    move.version(),
                    move.previous() == null ? 0 : move.previous(),
                    mlflow.version(move.name(), move.version())
                            .map(ModelVersion::runId)
                            .orElse(null),
                    move.gate() == null ? null : move.gate().toString(),
                    move.by(),
                    move.reason() == null || move.reason().isEmpty() ? null : move.reason(),
                    move.at() == null ? null : move.at().toString());
            lineage.update(known -> known.with(use));
            tell(mlflow, move);
            return use;
        }
    }

    private void tell(MlflowServer mlflow, AliasMove move) throws IOException, InterruptedException {
        PrintStream log = listener().getLogger();
        move.notes().forEach(note -> log.println("note: " + note));
        log.println(done() + " " + move.name() + ": " + move.alias() + " "
                + (move.previous() == null ? "was not set" : "was " + link(mlflow, move.name(), move.previous()))
                + ", is " + link(mlflow, move.name(), move.version()) + " now"
                + (move.gate() == null ? "" : " (gate report " + move.gate() + ")"));
    }

    private static String link(MlflowServer mlflow, String model, int version) {
        return HyperlinkNote.encodeTo(mlflow.versionUrl(model, version), "version " + version);
    }

    /** The version that the alias is moved from, 0 for none: looked up once, and persisted before it is returned. */
    protected final int from(@NonNull MlflowServer mlflow) throws IOException, InterruptedException {
        if (from == null) {
            from = mlflow.byAlias(name, alias).map(ModelVersion::version).orElse(0);
            try {
                getContext().saveState().get();
            } catch (ExecutionException e) {
                throw new IOException("What the step is about to do cannot be saved", e.getCause());
            }
        }
        return from;
    }
}
