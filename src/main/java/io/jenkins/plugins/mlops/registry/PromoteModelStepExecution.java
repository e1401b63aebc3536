package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.registry.AliasMove;
import io.jenkins.plugins.mlops.core.registry.GateEvidence;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.Promoter;
import io.jenkins.plugins.mlops.core.registry.PromotionRequest;
import io.jenkins.plugins.mlops.core.registry.Registrar;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.gate.GateArchive;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.io.IOException;
import java.util.List;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Registers the model where that is needed, and gives it an alias on the strength of a gate's report, which is taken from the
 * controller's archive: nothing that a workspace holds can let a model through.
 */
class PromoteModelStepExecution extends AliasMoveExecution {

    private static final long serialVersionUID = 1L;

    /** Where the runs of withMLflow and {@code mlops train} keep their model. */
    private static final String MODEL_ARTIFACT = "model";

    private final String run;
    private final Integer version;
    private final String gate;
    private final boolean override;

    PromoteModelStepExecution(StepContext context, PromoteModelStep step, @CheckForNull Integer expected) {
        super(context, step.getName(), step.getAlias(), step.getReason(), step.getServer(), expected);
        this.run = step.getRun();
        this.version = step.getVersion();
        this.gate = step.getGate();
        this.override = step.isOverride();
    }

    @Override
    protected String doing() {
        return "promoting " + name;
    }

    @NonNull
    @Override
    String action() {
        return "promote";
    }

    @NonNull
    @Override
    String done() {
        return "Promoted";
    }

    @NonNull
    @Override
    AliasMove move(
            @NonNull MlflowServer mlflow,
            @NonNull Promoter promoter,
            @NonNull RunFacts facts,
            @NonNull PromotionRules rules)
            throws IOException, InterruptedException {
        rules.checkApproved(List.of(), List.of());
        String by = BuildAuthor.of(run());
        ModelVersion candidate = candidate(mlflow, facts, by);
        GateEvidence evidence = evidence(candidate, facts);
        rules.check(candidate);
        return promoter.promote(new PromotionRequest(
                name, candidate.version(), alias, evidence, from(mlflow), override, reason, by, 0, rules.binding()));
    }

    private ModelVersion candidate(MlflowServer mlflow, RunFacts facts, String by) {
        if (version != null) {
            return mlflow.version(name, version)
                    .orElseThrow(() -> MlopsException.usage("The model " + name + " has no version " + version + " in "
                            + mlflow.uri() + ": look there for what there is"));
        }
        String trained = run != null
                ? run
                : facts.lastTraining()
                        .map(RunFacts.TrainingUse::runId)
                        .orElseThrow(() -> MlopsException.usage("promoteModel has nothing to promote: name a run or a"
                                + " version, or train with withMLflow earlier in this build"));
        return new Registrar(mlflow, ControllerLineage.store()).register(name, trained, MODEL_ARTIFACT, by);
    }

    /** The report that the pipeline names, else this build's last one on the model; null without any. */
    @CheckForNull
    private GateEvidence evidence(ModelVersion candidate, RunFacts facts) {
        String model = candidate.tags().get(RunTags.MODEL_DIGEST);
        String report = gate != null
                ? gate
                : facts.gates().stream()
                        .filter(use -> model != null && model.equals(use.modelDigest()))
                        .map(RunFacts.GateUse::digest)
                        .reduce(null, (earlier, later) -> later);
        return report == null ? null : GateArchive.evidence(Digest.parse(report));
    }
}
