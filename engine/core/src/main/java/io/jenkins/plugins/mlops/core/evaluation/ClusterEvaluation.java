package io.jenkins.plugins.mlops.core.evaluation;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evaluation.ClusterEvaluationState.Model;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationResult.Measured;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationRun.EvaluationDirectory;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.gate.Evaluator;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.training.ClusterExecutions;
import io.jenkins.plugins.mlops.core.training.ClusterExecutions.StoppedException;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.ClusterWork;
import io.jenkins.plugins.mlops.core.training.CodeUpload;
import io.jenkins.plugins.mlops.core.training.ExportedCode;
import io.jenkins.plugins.mlops.core.training.PodPlanning;
import io.jenkins.plugins.mlops.core.training.RegisteredModel;
import io.jenkins.plugins.mlops.core.training.TrainingListener;
import io.jenkins.plugins.mlops.core.training.WorkloadPlanner;
import io.jenkins.plugins.mlops.core.workload.Workload;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * An {@linkplain EvaluationRun evaluation} whose command runs in pods: one for the candidate, then one for the champion, with the image,
 * the set, the keys and the account that the cluster's profile and the services have for evaluations. Like a training on a cluster it
 * owns no thread, and one whose watcher was killed is opened again.
 *
 * <p>Stages, and what each makes; each may be done again from its beginning. All but the first and the last two are gone through for
 * each model:
 *
 * <ol>
 *   <li><b>preparing</b>: the code is uploaded;
 *   <li><b>bringing</b>: the model's files are checked and where pods can get them, and it has an MLflow run; or it is known that it need
 *       not be measured, and how it was before;
 *   <li><b>measuring</b>: a workload of its own has succeeded;
 *   <li><b>recording</b>: record and lineage are in MLflow and the lineage store, bound to the image that really ran;
 *   <li><b>finished</b>: {@code candidate} and {@code champion} appear in the directory; or from each of the others <b>failed</b>.
 * </ol>
 *
 * The pod has the model in a directory whose name does not tell which it is, and no key of any server in the command's container.
 */
public final class ClusterEvaluation implements ClusterWork {

    private static final Duration NOW = Duration.ZERO;
    private static final String RESULT = "result.json";

    /** Below {@link PodPlan#ROOT}. */
    private static final String MODEL = "measured";

    private static final String MODEL_FILES = "model";
    private static final String SET = "evaluation-dataset";
    private static final String OUTPUT = "evaluation";
    private static final String PARAMS = "params.json";

    private final EvaluationDirectory directory;
    private final ClusterServices services;
    private final EvaluationServices common;
    private final ClusterEvaluationState state;
    private final ClusterExecutions executions;
    private final PodPlanning planning;

    /** Of the workload that is waited for; read by other threads. */
    private volatile String run;

    private ClusterEvaluation(Path directory, ClusterServices services, ClusterEvaluationState state) {
        this.directory = new EvaluationDirectory(directory);
        this.services = services;
        this.common = EvaluationServices.of(services.training(), null);
        this.state = state;
        this.executions = new ClusterExecutions(directory, services);
        this.planning = new PodPlanning(services, state.toolImage);
        this.run = runOf(state);
    }

    private static String runOf(ClusterEvaluationState state) {
        String id = state.models.isEmpty() ? null : state.model().id;
        return id == null ? state.id : id;
    }

    /**
     * Checks everything and begins; nothing is made but the directory.
     *
     * @param id names this evaluation
     * @param root made by this; there must be nothing there
     * @throws MlopsException that says what is wrong
     */
    public static ClusterEvaluation start(
            EvaluationSpecification specification,
            EvaluationRequest request,
            UUID id,
            Path root,
            ClusterServices services,
            TrainingListener listener) {
        return start(specification, null, request, id, root, services, listener);
    }

    /**
     * As the other, for code that was exported: all files of the specification's directory are code, and lie in no repository.
     *
     * @param exported null when it was not
     */
    public static ClusterEvaluation start(
            EvaluationSpecification specification,
            ExportedCode exported,
            EvaluationRequest request,
            UUID id,
            Path root,
            ClusterServices services,
            TrainingListener listener) {
        WorkloadPlanner planner = new WorkloadPlanner(specification.request(), services.profile());
        EvaluationPlan plan = EvaluationPlan.of(
                specification, exported, request, EvaluationServices.of(services.training(), null), listener);
        PodPlanning.check(
                specification.name(), services.profile(), planner.delivery(), List.of(specification.dataset()));
        ClusterEvaluationState state = new ClusterEvaluationState();
        state.id = id.toString();
        state.stage = ClusterEvaluationStage.PREPARING;
        state.specification = specification;
        state.started = Instant.now();
        state.force = request.force();
        state.source = plan.source();
        state.exported = exported != null;
        state.set = plan.set();
        state.controller = services.controller();
        state.notes.addAll(plan.notes());
        state.image = ClusterExecutions.pinned(specification.image(), services, listener);
        state.toolImage = ClusterExecutions.pinned(services.profile().toolImage(), services, listener);
        state.evaluator = plan.evaluator();
        state.models.add(model(plan.candidate()));
        if (plan.champion() != null) {
            state.models.add(model(plan.champion()));
        }
        try {
            EvaluationDirectory made = EvaluationDirectory.create(root);
            state.save(made.root());
            return new ClusterEvaluation(made.root(), services, state);
        } catch (IOException e) {
            throw unusable(root, e);
        }
    }

    private static Model model(RegisteredModel registered) {
        Model model = new Model();
        model.registered = registered;
        return model;
    }

    /**
     * Goes on with one that was begun, by this process or another.
     *
     * @throws MlopsException of kind USAGE when there is none
     */
    public static ClusterEvaluation open(Path root, ClusterServices services) {
        Path absolute = root.toAbsolutePath().normalize();
        return new ClusterEvaluation(absolute, services, ClusterEvaluationState.load(absolute));
    }

    /** How models are measured, as it was asked for. */
    public EvaluationSpecification specification() {
        return state.specification;
    }

    /** Whether an evaluation on a cluster was begun in a directory. */
    public static boolean isIn(Path root) {
        return ClusterEvaluationState.isIn(root);
    }

    /** How one stands, whoever drives it; neither cluster nor MLflow is asked. */
    public static ClusterEvaluationStatus status(Path root) {
        return status(root, ClusterEvaluationState.load(root));
    }

    private static ClusterEvaluationStatus status(Path root, ClusterEvaluationState state) {
        return new ClusterEvaluationStatus(
                state.id,
                state.specification.name(),
                state.stage,
                state.started,
                state.model().registered.uri(),
                state.image,
                state.failure,
                latest(root, state).map(Execution::status).orElse(null));
    }

    /** The directory of the execution that runs, or ran last. */
    public static Optional<Path> latest(Path root) {
        return latest(root, ClusterEvaluationState.load(root));
    }

    private static Optional<Path> latest(Path root, ClusterEvaluationState state) {
        for (int i = state.current; i >= 0; i--) {
            Model model = state.models.get(i);
            if (model.digest != null) {
                Path place = ClusterExecutions.place(root, name(model));
                if (Execution.isIn(place)) {
                    return Optional.of(place);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Asks for one to be stopped, whoever drives it, now or later.
     *
     * @param reason such as "stopped by anna"
     * @return false when it was over already
     */
    public static boolean stop(Path root, String reason) {
        ClusterEvaluationState state = ClusterEvaluationState.load(root);
        if (state.stage.isOver()) {
            return false;
        }
        List<String> names = state.models.stream()
                .filter(model -> model.digest != null)
                .map(ClusterEvaluation::name)
                .toList();
        try {
            ClusterExecutions.stop(root, names, reason);
        } catch (IOException e) {
            throw unusable(root, e);
        }
        return true;
    }

    /**
     * Gives one up that nobody drives any more, nor may: it and its MLflow run have failed. The cluster is not asked: whoever gives it up
     * removes what runs there.
     *
     * @param tracking where its MLflow run is
     * @return false when it was over already
     */
    public static boolean giveUp(Path root, TrackingServer tracking, MlopsException cause) {
        ClusterEvaluationState state = ClusterEvaluationState.load(root);
        if (state.stage.isOver()) {
            return false;
        }
        try {
            fail(root, state, tracking, cause);
        } catch (IOException e) {
            throw unusable(root, e);
        }
        return true;
    }

    public ClusterEvaluationStatus status() {
        return status(directory(), state);
    }

    @Override
    public String run() {
        return run;
    }

    @Override
    public Path directory() {
        return directory.root();
    }

    @Override
    public boolean isOver() {
        return state.stage.isOver();
    }

    @Override
    public boolean isLong() {
        return !isOver() && state.stage != ClusterEvaluationStage.MEASURING;
    }

    @Override
    public Optional<MlopsException> failure() {
        return state.failure == null
                ? Optional.empty()
                : Optional.of(new MlopsException(state.failureKind, state.failure));
    }

    /** What a finished evaluation has found; empty before. */
    public Optional<EvaluationResult> result() {
        return state.stage == ClusterEvaluationStage.FINISHED
                ? Optional.of(Documents.read(directory().resolve(RESULT), EvaluationResult.class))
                : Optional.empty();
    }

    @Override
    public Optional<Duration> step(TrainingListener listener) {
        if (isOver()) {
            return Optional.empty();
        }
        try {
            Duration wait = advance(listener);
            return isOver() ? Optional.empty() : Optional.of(wait);
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.UNREACHABLE || e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            fail(e);
            return Optional.empty();
        } catch (IOException e) {
            throw unusable(directory(), e);
        }
    }

    private Duration advance(TrainingListener listener) throws IOException {
        switch (state.stage) {
            case PREPARING -> {
                executions.stopIfAsked("The evaluation");
                prepare(listener);
            }
            case BRINGING -> {
                executions.stopIfAsked("The evaluation");
                bring(listener);
            }
            case MEASURING -> {
                Optional<Duration> wait = executions.follow(work(), listener);
                if (wait.isPresent()) {
                    return wait.get();
                }
                go(ClusterEvaluationStage.RECORDING);
            }
            case RECORDING -> record(listener);
            case FINISHED, FAILED -> {
                // Nothing is left to do.
            }
        }
        return NOW;
    }

    private void prepare(TrainingListener listener) throws IOException {
        Documents.writeJson(directory.params(), state.specification.params());
        if (planner().code() == Code.UPLOAD) {
            state.code = executions.uploadCode(
                    state.specification.workingDirectory(), state.exported, planning.below("code/"), listener);
        }
        go(ClusterEvaluationStage.BRINGING);
    }

    private void bring(TrainingListener listener) throws IOException {
        Model model = state.model();
        if (isChampion()) {
            Measured candidate = state.models.get(0).measured;
            Optional<Measured> known = recorder(listener).knownOf(model.registered, candidate, state.force);
            if (known.isPresent()) {
                model.digest = known.get().digest();
                model.measured = known.get();
                finish(listener);
                return;
            }
        }
        listener.note("Downloading the " + model.registered.role() + " " + model.registered.uri());
        Path incoming = EvaluationDirectory.fresh(directory().resolve("models").resolve("incoming"));
        model.digest = model.registered.download(common.tracking(), incoming.resolve(MODEL_FILES));
        if (isChampion() && model.digest.equals(state.models.get(0).digest)) {
            // Its registration did not say so.
            model.measured = EvaluationRecorder.same(model.registered, state.models.get(0).measured);
            finish(listener);
            return;
        }
        if (!isChampion()) {
            common.withdrawals().checkModel(model.registered.uri(), model.digest);
        }
        Path files = directory.model(model.digest);
        FileTree.delete(files);
        Files.move(incoming, files);
        S3Uri manifest = CodeUpload.model(files, services.store(), planning.below("evaluated/"), listener.progress());
        model.id = state.idOf(model.digest);
        TrackedRun tracked = EvaluationRecorder.begin(
                common.tracking(), state.specification, model.registered, model.digest, model.id);
        model.runId = tracked.runId();
        model.workload = workload(model, manifest);
        listener.note("Evaluating " + model.registered.uri() + ": "
                + String.join(" ", state.specification.command()) + " (MLflow run "
                + common.tracking().runUrl(tracked) + ")");
        run = model.id;
        go(ClusterEvaluationStage.MEASURING);
    }

    private Workload workload(Model model, S3Uri manifest) {
        WorkloadPlanner planner = planner();
        List<PodPlan.Supply> supplies = new ArrayList<>();
        if (state.code != null) {
            supplies.add(PodPlan.Supply.of("code", state.code, "code"));
        }
        supplies.add(PodPlan.Supply.unchanged("model in MLOPS_MODEL_DIR", manifest.toString(), MODEL));
        supplies.add(planning.evaluationDataset(state.specification.dataset(), state.set, SET, planner.delivery()));
        PodPlan.Keep keep = new PodPlan.Keep(
                OUTPUT, planning.below("evaluations/" + model.id + "/").toString(), null, null, null);
        PodPlan plan = planning.plan(
                supplies, keep, List.of(OUTPUT), Map.of(PARAMS, Documents.toJson(state.specification.params())));
        Path root = PodPlan.root();
        Map<String, String> environment = EvaluationVariables.of(
                state.specification,
                root.resolve(MODEL).resolve(MODEL_FILES),
                root.resolve(SET),
                root.resolve(OUTPUT),
                root.resolve(PARAMS));
        return planner.evaluation(
                new Workload.Identity(state.controller, model.id, Workload.Role.EVALUATION, services.link()),
                state.image,
                state.specification.command(),
                environment,
                Set.of(),
                plan);
    }

    private void record(TrainingListener listener) throws IOException {
        Model model = state.model();
        ClusterExecutions.Work work = work();
        executions.fetch(work, directory.evaluation(model.digest), listener);
        DatasetVersion measuredOn = executions.supplied(model.workload, SET, state.set);
        if (measuredOn.contentId() == null) {
            throw MlopsException.failed(
                    "What the evaluation set " + state.set.source()
                            + " consists of was not kept by the pod: name the manifest of a snapshot ('mlops dataset snapshot')");
        }
        state.set = measuredOn;
        String image = executions.imageThatRan(work.name()).orElse(state.image);
        state.evaluator.put(
                Evaluator.IMAGE, String.valueOf(ImageReference.parse(image).digest()));
        if (model.finished == null) {
            model.finished = Instant.now();
            state.save(directory());
        }
        TrackedRun tracked = common.tracking()
                .run(model.runId)
                .orElseThrow(
                        () -> MlopsException.failed("The MLflow run " + model.runId + " of the evaluation is gone"));
        model.measured = recorder(listener).record(model.registered, model.digest, tracked, model.finished);
        finish(listener);
    }

    /** Ends the model's part: the next one's begins, or all is done. */
    private void finish(TrainingListener listener) throws IOException {
        if (state.current + 1 < state.models.size()) {
            state.current++;
            go(ClusterEvaluationStage.BRINGING);
            return;
        }
        Evaluator evaluator = new Evaluator(state.evaluator);
        evaluator
                .unidentified()
                .ifPresent(why -> listener.note("The evaluator cannot be told from others, since " + why));
        Measured candidate = EvaluationRun.publish(state.models.get(0).measured, directory, EvaluationRun.CANDIDATE);
        Measured champion = state.models.size() == 1
                ? null
                : EvaluationRun.publish(state.models.get(1).measured, directory, EvaluationRun.CHAMPION);
        EvaluationResult result = new EvaluationResult(state.set, evaluator.facts(), candidate, champion, state.notes);
        Documents.writeAtomically(directory().resolve(RESULT), Documents.toJson(result));
        ClusterExecutions.clear(directory());
        go(ClusterEvaluationStage.FINISHED);
        forget();
    }

    private boolean isChampion() {
        return state.current > 0;
    }

    private EvaluationRecorder recorder(TrainingListener listener) {
        return new EvaluationRecorder(
                common, state.specification, directory, state.set, new Evaluator(state.evaluator), listener);
    }

    private WorkloadPlanner planner() {
        return new WorkloadPlanner(state.specification.request(), services.profile());
    }

    private ClusterExecutions.Work work() {
        Model model = state.model();
        return new ClusterExecutions.Work(
                model.workload,
                "Evaluating " + model.registered.uri(),
                name(model),
                planning.keys(Workload.Role.EVALUATION));
    }

    private static String name(Model model) {
        return model.digest.hex();
    }

    private void go(ClusterEvaluationStage stage) throws IOException {
        state.stage = stage;
        state.save(directory());
    }

    private void fail(MlopsException cause) {
        try {
            fail(directory(), state, common.tracking(), cause);
        } catch (IOException e) {
            throw unusable(directory(), e);
        }
        forget();
    }

    private static void fail(
            Path directory, ClusterEvaluationState state, TrackingServer tracking, MlopsException cause)
            throws IOException {
        RuntimeException told = cause;
        Model model = state.model();
        if (model.runId != null && model.measured == null) {
            told = EvaluationRecorder.ended(tracking, model.runId, cause);
        }
        state.failureKind = cause instanceof StoppedException ? MlopsException.Kind.INTERRUPTED : cause.kind();
        state.failure = told.getMessage();
        ClusterExecutions.clear(directory);
        state.stage = ClusterEvaluationStage.FAILED;
        state.save(directory);
    }

    private void forget() {
        state.models.stream()
                .filter(model -> model.id != null)
                .forEach(model -> services.watch().forget(model.id));
    }

    private static MlopsException unusable(Path directory, IOException e) {
        return MlopsException.failed("The directory " + directory + " cannot be used: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        executions.close();
    }
}
