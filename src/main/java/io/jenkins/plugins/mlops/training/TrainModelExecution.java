package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.training.ClusterTrainingStatus;
import io.jenkins.plugins.mlops.core.training.ExportedCode;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.rerun.RerunAction;
import io.jenkins.plugins.mlops.rerun.RerunComparison;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** {@code trainModel}: its work is a {@link ClusterTraining}. */
final class TrainModelExecution extends ClusterStepExecution<ClusterTraining> {

    private static final long serialVersionUID = 1L;

    private final TrainModelRequest request;
    private final KeptSecrets secrets;

    private transient boolean runNoted;

    TrainModelExecution(StepContext context, TrainModelRequest request, KeptSecrets secrets)
            throws IOException, InterruptedException {
        super(context, request.cluster, request.server);
        this.request = request;
        this.secrets = secrets;
    }

    @Override
    KeptSecrets secrets() {
        return KeptSecrets.orNone(secrets);
    }

    @Override
    String doing() {
        return "training " + request;
    }

    @Override
    String stage(Path directory) {
        return ClusterTraining.status(directory).stage().name().toLowerCase(Locale.ROOT);
    }

    @Override
    CodeRequest code(boolean inImage) {
        return request.code(inImage);
    }

    /** What is to be trained; where the build does a training again, as its plan says. */
    private TrainingSpecification specification(CodeTree code) {
        TrainingSpecification said = request.specification(
                        code, build().getExternalizableId(), build().getParent().getFullName())
                .requiring(request.requirements(JobPolicy.of(build()).requirements()));
        Optional<RerunPlan> plan = RerunAction.plan(build());
        plan.ifPresent(wanted -> wanted.requireCommit(code.source()));
        return plan.map(wanted -> wanted.apply(said)).orElse(said);
    }

    @Override
    DvcOutputs.Wanted datasets(CodeTree code) {
        TrainingSpecification specification = specification(code);
        return new DvcOutputs.Wanted(
                specification.datasets().training(),
                specification.evaluation() == null
                        ? null
                        : specification.evaluation().dataset());
    }

    @Override
    ClusterTraining begin(CodeTree code, ClusterServices services, UUID id, Path directory) {
        JobPolicy policy = JobPolicy.of(build());
        TrainingSpecification specification = specification(code);
        Optional<RerunPlan> plan = RerunAction.plan(build());
        plan.ifPresent(wanted -> log().note(wanted.text()));
        check(specification, services);
        if (plan.isPresent()) {
            plan.get()
                    .requireDatasets(
                            specification,
                            services.training().datasets(),
                            services.training().evaluationDatasets());
        } else {
            request.datasets().check(services.training(), code.root());
        }
        policy.mlflowServer(request.server).makeExperiment(specification.experiment(), build());
        return ClusterTraining.start(
                specification,
                new ExportedCode(code.source(), plan.map(RerunPlan::repeats).orElse(null)),
                id,
                directory,
                services,
                log());
    }

    private void check(TrainingSpecification specification, ClusterServices services) {
        JobPolicy policy = JobPolicy.of(build());
        ClusterRules.check(
                policy,
                specification.image(),
                specification.kubernetes().over(services.profile().defaults()));
        if (specification.parent() != null) {
            policy.checkModel(specification.parent().name());
        }
    }

    /** Policies may have changed since it began. */
    @Override
    ClusterTraining open(Path directory, ClusterServices services) {
        ClusterTraining training = ClusterTraining.open(directory, services);
        try {
            check(training.specification(), services);
            return training;
        } catch (MlopsException e) {
            training.close();
            throw e;
        }
    }

    @Override
    boolean isIn(Path directory) {
        return ClusterTraining.isIn(directory);
    }

    @Override
    boolean stop(Path directory, String reason) {
        return ClusterTraining.stop(directory, reason);
    }

    /** Reading how a training stands costs files, and one that has its MLflow run keeps it. */
    @Override
    void noteProgress(ClusterTraining training) {
        if (runNoted) {
            return;
        }
        ClusterTrainingStatus status = training.status();
        if (status.runId() != null) {
            note(status);
            runNoted = true;
        }
    }

    private void note(ClusterTrainingStatus status) {
        TrainingUses.of(build()).running(useId(), tag(), server(), status);
    }

    @Override
    TrainedModel finish(ClusterTraining training) throws IOException {
        TrainingResult result = training.result().orElseThrow();
        ClusterTrainingStatus status = training.status();
        TrainingUses.of(build()).finished(useId(), tag(), server(), status, result, keptEvaluation(result));
        new KeptRun(build(), useId(), server(), log()::note).ofTraining(status.runId());
        discard(training.directory());
        result.gaps().forEach(gap -> log().note("Not in the lineage: " + gap));
        RerunAction.plan(build()).ifPresent(plan -> plan.requireObeyed(result));
        RerunComparison.text(build()).ifPresent(log()::note);
        return new TrainedModel(result, status);
    }

    /** The record that a gate of this build judges, where all of the build's evaluations lie. */
    @CheckForNull
    private String keptEvaluation(TrainingResult result) throws IOException {
        if (result.evaluation() == null) {
            return null;
        }
        String name = "evaluation-" + useId() + ".json";
        Documents.writeAtomically(
                BuildLineage.of(build()).directory().resolve(name), Files.readString(Path.of(result.evaluation())));
        return name;
    }

    @Override
    void fail(ClusterTraining training, boolean stopped) {
        note(training.status());
        TrainingUses.of(build()).ended(tag(), stopped ? RunStatus.KILLED : RunStatus.FAILED);
        discard(training.directory());
    }

    @Override
    void giveUp(Path directory, TrackingServer tracking, MlopsException cause) {
        if (ClusterTraining.giveUp(directory, tracking, cause)) {
            TrainingUses.of(build()).ended(tag(), RunStatus.FAILED);
            discard(directory);
        }
    }

    /** The model lies in MLflow; logs, objects and failure bundles stay. */
    private static void discard(Path directory) {
        for (String made : new String[] {"output", "output.partial", "parent"}) {
            try {
                FileTree.delete(directory.resolve(made));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private String server() {
        return JobPolicy.of(build()).mlflowServer(request.server).getName();
    }
}
