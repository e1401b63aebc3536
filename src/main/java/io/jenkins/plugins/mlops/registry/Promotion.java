package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
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

/**
 * Registers the model where that is needed, and gives it an alias on the strength of a gate's report, which is taken from the
 * controller's archive: nothing that a workspace holds can let a model through.
 */
final class Promotion extends AliasChange {

    private static final long serialVersionUID = 1L;

    /** Where the runs of withMLflow and {@code mlops train} keep their model. */
    private static final String MODEL_ARTIFACT = "model";

    private final String run;
    private final Integer version;
    private final String gate;
    private final boolean override;

    /** Who approved it; null for nobody. */
    private final Decision approval;

    /**
     * @param run MLflow run whose model is promoted; null for the build's last training, or when there is a version
     * @param gate digest of the report; null for the build's last one on the model
     * @param from the version that the alias must point to, 0 for none; null for the one that is found at the beginning
     */
    Promotion(
            @NonNull String name,
            @NonNull String alias,
            @CheckForNull String run,
            @CheckForNull Integer version,
            @CheckForNull String gate,
            boolean override,
            @CheckForNull String reason,
            @CheckForNull String server,
            @CheckForNull Integer from) {
        this(name, alias, run, version, gate, override, reason, server, from, null);
    }

    private Promotion(
            String name,
            String alias,
            String run,
            Integer version,
            String gate,
            boolean override,
            String reason,
            String server,
            Integer from,
            Decision approval) {
        super(name, alias, reason, server, from);
        this.run = run;
        this.version = version;
        this.gate = gate;
        this.override = override;
        this.approval = approval;
    }

    /** The same of exactly this version, report and place of the alias, as somebody has approved it. */
    @NonNull
    Promotion approved(@NonNull Decision decision, int candidate, @CheckForNull String report, int from) {
        return new Promotion(name, alias, null, candidate, report, override, reason, server, from, decision);
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
    String doing() {
        return "promoting " + name;
    }

    @NonNull
    @Override
    AliasMove move(
            @NonNull MlflowServer mlflow,
            @NonNull Promoter promoter,
            @NonNull RunFacts facts,
            @NonNull PromotionRules rules,
            @NonNull ChangePlace place)
            throws IOException, InterruptedException {
        Run<?, ?> build = place.run();
        if (build != null) {
            // Before a version is registered that nobody may promote.
            rules.checkApproved(approvers(place), ConcernedPersons.of(build, facts));
        }
        ModelVersion candidate = candidate(mlflow, facts, place);
        if (build == null) {
            rules.checkApproved(approvers(place), registrar(candidate));
        }
        GateEvidence evidence = evidence(candidate, facts);
        rules.check(candidate).forEach(place.log()::println);
        return promoter.promote(new PromotionRequest(
                name,
                candidate.version(),
                alias,
                evidence,
                from(mlflow, place),
                override,
                recordedReason(),
                place.by(),
                0,
                rules.binding()));
    }

    @CheckForNull
    @Override
    Decision approval() {
        return approval;
    }

    private List<String> approvers(ChangePlace place) {
        if (approval != null) {
            return List.of(approval.by());
        }
        return place.isPerson() ? List.of(place.by()) : List.of();
    }

    /** On the page of a model, whose build may be gone, who registered the version stands for all. */
    @NonNull
    private static List<String> registrar(ModelVersion candidate) {
        String registrar = candidate.tags().get(RunTags.REGISTERED_BY);
        return registrar == null ? List.of() : List.of(registrar);
    }

    /** MLflow keeps one text, so the approver stands in it. */
    private String recordedReason() {
        if (approval == null) {
            return reason;
        }
        String approved = "approved by " + approval.by() + " at " + approval.at()
                + (approval.reason() == null ? "" : ": " + approval.reason());
        return reason == null ? approved : reason + " (" + approved + ")";
    }

    /** The version that is meant; registered now when it is not yet. */
    @NonNull
    ModelVersion candidate(@NonNull MlflowServer mlflow, @NonNull RunFacts facts, @NonNull ChangePlace place) {
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
        return new Registrar(mlflow, ControllerLineage.store()).register(name, trained, MODEL_ARTIFACT, place.by());
    }

    /** The report that is named, else the build's last one on the model; null without any. */
    @CheckForNull
    GateEvidence evidence(@NonNull ModelVersion candidate, @NonNull RunFacts facts) {
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
