package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evaluation.ClusterEvaluation;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationRequest;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationResult;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationSpecification;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.ExportedCode;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.EvaluationFile;
import io.jenkins.plugins.mlops.lineage.RunFacts.EvaluationUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.MeasuredUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.TrainingUse;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** {@code evaluateModel}: its work is a {@link ClusterEvaluation}. */
final class EvaluateModelExecution extends ClusterStepExecution<ClusterEvaluation> {

    private static final long serialVersionUID = 1L;

    private static final String RUN = "runs:/";

    private final String specification;
    private final String server;
    private final String image;
    private final ExpectedDatasets datasets;
    private final String run;
    private final String model;
    private final String champion;
    private final Long seed;
    private final boolean force;

    /** @throws MlopsException of kind USAGE that says what is wrong */
    EvaluateModelExecution(StepContext context, EvaluateModelStep step) throws IOException, InterruptedException {
        super(context, step.getCluster(), step.getServer());
        if (step.getSpec() == null) {
            throw MlopsException.usage("evaluateModel has no spec: name the file that says how models are measured");
        }
        if (step.getRun() != null && step.getModel() != null) {
            throw MlopsException.usage("evaluateModel has 'run' and 'model': one of them says which the candidate is");
        }
        this.specification = CodeTree.checked(step.getSpec());
        this.server = step.getServer();
        this.image = step.getImage();
        this.datasets = new ExpectedDatasets(null, null, step.getDataset(), step.getDatasetSourceId());
        this.run = step.getRun();
        this.model = step.getModel();
        this.champion = step.getChampion();
        this.seed = step.getSeed();
        this.force = step.isForce();
        reference(model);
        reference(champion);
    }

    @CheckForNull
    private static ModelReference reference(@CheckForNull String text) {
        return text == null ? null : ModelReference.parse(text);
    }

    @Override
    String doing() {
        return "measuring by " + specification;
    }

    @Override
    String stage(Path directory) {
        return ClusterEvaluation.status(directory).stage().name().toLowerCase(Locale.ROOT);
    }

    @Override
    CodeRequest code(boolean inImage) {
        return new CodeRequest(specification, CodeRequest.Kind.EVALUATION, inImage);
    }

    private EvaluationSpecification wanted(CodeTree code) {
        return EvaluationSpecification.read(code.root().resolve(specification))
                .with(datasets.evaluation(code.root()), seed)
                .withImage(image);
    }

    @Override
    DvcOutputs.Wanted datasets(CodeTree code) {
        return new DvcOutputs.Wanted(null, wanted(code).dataset());
    }

    @Override
    ClusterEvaluation begin(CodeTree code, ClusterServices services, UUID id, Path directory) {
        EvaluationSpecification wanted = wanted(code);
        check(wanted, services);
        datasets.check(services.training(), code.root());
        return ClusterEvaluation.start(
                wanted,
                new ExportedCode(code.source()),
                new EvaluationRequest(candidateRun(), reference(model), reference(champion), force),
                id,
                directory,
                services,
                log());
    }

    @CheckForNull
    private String candidateRun() {
        if (run != null || model != null) {
            return run;
        }
        return BuildLineage.of(build())
                .facts()
                .lastTraining()
                .map(TrainingUse::runId)
                .orElseThrow(
                        () -> MlopsException.usage("evaluateModel has nothing to measure: name a 'run' of MLflow or a"
                                + " registered 'model', or train with trainModel or withMLflow earlier in this build"));
    }

    private void check(EvaluationSpecification wanted, ClusterServices services) {
        JobPolicy policy = JobPolicy.of(build());
        ClusterRules.check(
                policy,
                wanted.image(),
                services.profile()
                        .evaluation()
                        .over(wanted.kubernetes().over(services.profile().defaults())));
        for (String named : new String[] {model, champion}) {
            if (named != null) {
                policy.checkModel(ModelReference.parse(named).name());
            }
        }
    }

    /** Policies may have changed since it began. */
    @Override
    ClusterEvaluation open(Path directory, ClusterServices services) {
        ClusterEvaluation evaluation = ClusterEvaluation.open(directory, services);
        try {
            check(evaluation.specification(), services);
            return evaluation;
        } catch (MlopsException e) {
            evaluation.close();
            throw e;
        }
    }

    @Override
    boolean isIn(Path directory) {
        return ClusterEvaluation.isIn(directory);
    }

    @Override
    boolean stop(Path directory, String reason) {
        return ClusterEvaluation.stop(directory, reason);
    }

    /** Nothing is known before the numbers are. */
    @Override
    void noteProgress(ClusterEvaluation evaluation) {}

    @Override
    EvaluatedModel finish(ClusterEvaluation evaluation) throws IOException {
        EvaluationResult result = evaluation.result().orElseThrow();
        BuildLineage lineage = BuildLineage.of(build());
        MeasuredUse candidate = kept(result.candidate(), "evaluation-" + useId() + ".json", lineage);
        MeasuredUse measuredChampion = result.champion() == null
                ? null
                : kept(result.champion(), "evaluation-" + useId() + "-champion.json", lineage);
        EvaluationUse use = new EvaluationUse(
                useId(),
                JobPolicy.of(build()).mlflowServer(server).getName(),
                Objects.requireNonNullElse(
                                result.evaluationSet().contentId(),
                                result.evaluationSet().sourceId())
                        .toString(),
                candidate,
                measuredChampion,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        lineage.update(facts -> facts.with(use));
        new KeptRun(build(), useId(), use.server(), log()::note).ofEvaluation(candidate.runId());
        result.notes().forEach(log()::note);
        return new EvaluatedModel(use, result.notes());
    }

    private static MeasuredUse kept(EvaluationResult.Measured measured, String name, BuildLineage lineage)
            throws IOException {
        Documents.writeAtomically(lineage.directory().resolve(name), Files.readString(Path.of(measured.evaluation())));
        String digest = measured.digest().toString();
        String trainingRun = measured.model().startsWith(RUN)
                ? measured.model().substring(RUN.length())
                : trained(lineage.facts().trainings(), digest);
        return new MeasuredUse(
                measured.model(),
                digest,
                trainingRun,
                measured.run(),
                measured.url(),
                name,
                EvaluationFile.overall(lineage.directory().resolve(name)));
    }

    /** The run of this build that has made a model; null when none has. */
    @CheckForNull
    private static String trained(List<TrainingUse> trainings, String digest) {
        return trainings.stream()
                .filter(training -> digest.equals(training.modelDigest()))
                .map(TrainingUse::runId)
                .reduce(null, (earlier, later) -> later);
    }

    /** The evaluation's MLflow run has ended; nothing else was made. */
    @Override
    void fail(ClusterEvaluation evaluation, boolean stopped) {}

    @Override
    void giveUp(Path directory, TrackingServer tracking, MlopsException cause) {
        ClusterEvaluation.giveUp(directory, tracking, cause);
    }
}
