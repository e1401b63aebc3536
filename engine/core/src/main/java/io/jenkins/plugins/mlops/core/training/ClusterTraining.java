package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import io.jenkins.plugins.mlops.core.execution.PodFacts;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.gate.Evaluator;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.pod.FetchedOutputs;
import io.jenkins.plugins.mlops.core.pod.NodeReading;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.workload.Workload;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Code;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Delivery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A training whose commands run on a cluster. It owns no thread: whoever drives it calls {@link #step} when that asks to be
 * called again. Everything is in its run directory before it is done anywhere else, so a training whose watcher was killed is opened
 * again and goes on where it was; the cluster goes on meanwhile.
 *
 * <p>Stages, and what each makes; each may be done again from its beginning:
 *
 * <ol>
 *   <li><b>preparing</b>: the MLflow run, parameters, the uploaded code and parent model;
 *   <li><b>staging</b>, if the delivery is that: a workload without a GPU has filled the cache;
 *   <li><b>training</b>: the workload has succeeded;
 *   <li><b>fetching</b>: its outputs lie in the run directory, the model's content id is known;
 *   <li><b>evaluating</b>, <b>fetching evaluation</b>, if there is one: a workload of its own has measured the model;
 *   <li><b>recording</b>: model, evaluation and lineage are in MLflow and the lineage store;
 *   <li><b>finished</b>, or from each of the others <b>failed</b>: the MLflow run has ended, as {@link TrainingRun} tells.
 * </ol>
 *
 * Staging, training and evaluating make short calls only; the others work for as long as there is to send or fetch. Not thread-safe.
 */
public final class ClusterTraining implements ClusterWork {

    static final String BACKEND = "kubernetes";

    private static final Duration NOW = Duration.ZERO;
    private static final String RESULT = "result.json";

    private final Path directory;
    private final ClusterServices services;
    private final TrainingServices common;
    private final TrackingServer tracking;
    private final ClusterTrainingState state;
    private final RunDirectory files;
    private final PodPlans plans;
    private final ClusterExecutions executions;

    private ClusterTraining(Path directory, ClusterServices services, ClusterTrainingState state) {
        this.directory = directory;
        this.services = services;
        this.common = services.training();
        this.tracking = common.tracking();
        this.state = state;
        this.files = RunDirectory.at(directory, state.specification.outputs().model());
        this.plans = new PodPlans(services, state);
        this.executions = new ClusterExecutions(directory, services);
    }

    /**
     * Checks everything and begins; nothing is made but the run directory.
     *
     * @param id names this training in MLflow, lineage and the cluster
     * @throws MlopsException that says what is wrong
     */
    public static ClusterTraining start(
            TrainingSpecification specification,
            UUID id,
            Path runDirectory,
            ClusterServices services,
            TrainingListener listener) {
        return start(specification, null, id, runDirectory, services, listener);
    }

    /**
     * As the other, for code that was exported: all files of the specification's directory are code, and lie in no repository.
     *
     * @param exported null when it was not
     */
    public static ClusterTraining start(
            TrainingSpecification specification,
            ExportedCode exported,
            UUID id,
            Path runDirectory,
            ClusterServices services,
            TrainingListener listener) {
        WorkloadPlanner planner = new WorkloadPlanner(specification, services.profile());
        ClusterTrainingState state = new ClusterTrainingState();
        PodPlans.check(specification, services.profile(), planner);
        TrainingPlan plan = TrainingPlan.of(specification, exported, services.training(), listener);
        state.id = id.toString();
        state.stage = ClusterStage.PREPARING;
        state.specification = specification;
        state.started = Instant.now();
        state.source = plan.source();
        state.exported = exported != null;
        state.repeats = plan.repeats();
        state.trainingDataset = plan.training();
        state.evaluationDataset = plan.evaluation();
        state.datasetCards = plan.cards();
        state.parent = plan.parent();
        state.controller = services.controller();
        state.image = ClusterExecutions.pinned(specification.image(), services, listener);
        state.toolImage = ClusterExecutions.pinned(services.profile().toolImage(), services, listener);
        RunDirectory made =
                RunDirectory.create(runDirectory, specification.outputs().model());
        try {
            state.save(made.root());
        } catch (IOException e) {
            made.discard();
            throw unusable(made.root(), e);
        }
        return new ClusterTraining(made.root(), services, state);
    }

    /**
     * Goes on with one that was begun, by this process or another.
     *
     * @throws MlopsException of kind USAGE when there is none
     */
    public static ClusterTraining open(Path runDirectory, ClusterServices services) {
        Path root = runDirectory.toAbsolutePath().normalize();
        return new ClusterTraining(root, services, ClusterTrainingState.load(root));
    }

    /** What is trained, as it was asked for. */
    public TrainingSpecification specification() {
        return state.specification;
    }

    /** Whether a training of a cluster was begun in a directory. */
    public static boolean isIn(Path runDirectory) {
        return ClusterTrainingState.isIn(runDirectory);
    }

    /** How one stands, whoever drives it; neither cluster nor MLflow is asked. */
    public static ClusterTrainingStatus status(Path runDirectory) {
        return status(runDirectory, ClusterTrainingState.load(runDirectory));
    }

    private static ClusterTrainingStatus status(Path directory, ClusterTrainingState state) {
        return new ClusterTrainingStatus(
                state.id,
                state.specification.name(),
                state.specification.experiment(),
                state.stage,
                state.started,
                state.source,
                state.parent == null ? null : state.parent.uri(),
                state.runId,
                state.runUrl,
                state.image,
                state.failure,
                latest(directory).map(Execution::status).orElse(null));
    }

    /** The directory of the execution that runs, or ran last. */
    public static Optional<Path> latest(Path runDirectory) {
        for (Workload.Role role : List.of(Workload.Role.EVALUATION, Workload.Role.TRAINING, Workload.Role.STAGING)) {
            Path execution = executionDirectory(runDirectory, role);
            if (Execution.isIn(execution)) {
                return Optional.of(execution);
            }
        }
        return Optional.empty();
    }

    /** Where the execution of a role has its files. */
    public static Path executionDirectory(Path runDirectory, Workload.Role role) {
        return ClusterExecutions.place(runDirectory, name(role));
    }

    private static String name(Workload.Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Asks for one to be stopped, whoever drives it, now or later.
     *
     * @param reason such as "stopped by anna"
     * @return false when it was over already
     */
    public static boolean stop(Path runDirectory, String reason) {
        ClusterTrainingState state = ClusterTrainingState.load(runDirectory);
        if (state.stage.isOver()) {
            return false;
        }
        try {
            List<String> names = Arrays.stream(Workload.Role.values())
                    .map(ClusterTraining::name)
                    .toList();
            ClusterExecutions.stop(runDirectory, names, reason);
        } catch (IOException e) {
            throw unusable(runDirectory, e);
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
    public static boolean giveUp(Path runDirectory, TrackingServer tracking, MlopsException cause) {
        ClusterTrainingState state = ClusterTrainingState.load(runDirectory);
        if (state.stage.isOver()) {
            return false;
        }
        try {
            fail(runDirectory, state, tracking, cause);
        } catch (IOException e) {
            throw unusable(runDirectory, e);
        }
        return true;
    }

    @Override
    public Path directory() {
        return directory;
    }

    public ClusterTrainingStatus status() {
        return status(directory, state);
    }

    @Override
    public String run() {
        return state.id;
    }

    @Override
    public boolean isOver() {
        return state.stage.isOver();
    }

    @Override
    public boolean isLong() {
        return switch (state.stage) {
            case PREPARING, FETCHING, FETCHING_EVALUATION, RECORDING -> true;
            case STAGING, TRAINING, EVALUATING, FINISHED, FAILED -> false;
        };
    }

    /** What a finished training has made; empty before. */
    public Optional<TrainingResult> result() {
        return state.stage == ClusterStage.FINISHED
                ? Optional.of(Documents.read(directory.resolve(RESULT), TrainingResult.class))
                : Optional.empty();
    }

    @Override
    public Optional<MlopsException> failure() {
        return state.failure == null
                ? Optional.empty()
                : Optional.of(new MlopsException(state.failureKind, state.failure));
    }

    @Override
    public Optional<Duration> step(TrainingListener listener) {
        if (state.stage.isOver()) {
            return Optional.empty();
        }
        try {
            stopIfAsked();
            Duration wait = advance(listener);
            return state.stage.isOver() ? Optional.empty() : Optional.of(wait);
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.UNREACHABLE || e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            fail(e);
            return Optional.empty();
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    /** Before its first workload nothing of the cluster needs to be stopped; after its last one the training is as good as done. */
    private void stopIfAsked() {
        boolean between = state.stage == ClusterStage.PREPARING || state.stage == ClusterStage.FETCHING;
        if (between) {
            executions.stopIfAsked("The training");
        }
    }

    private Duration advance(TrainingListener listener) throws IOException {
        return switch (state.stage) {
            case PREPARING -> prepare(listener);
            case STAGING -> follow(state.staging, Workload.Role.STAGING, listener, this::staged);
            case TRAINING -> follow(state.training, Workload.Role.TRAINING, listener, () -> go(ClusterStage.FETCHING));
            case FETCHING -> fetch(listener);
            case EVALUATING ->
                follow(
                        state.evaluation,
                        Workload.Role.EVALUATION,
                        listener,
                        () -> go(ClusterStage.FETCHING_EVALUATION));
            case FETCHING_EVALUATION -> fetchEvaluation(listener);
            case RECORDING -> record(listener);
            case FINISHED, FAILED -> NOW;
        };
    }

    private Duration prepare(TrainingListener listener) throws IOException {
        TrackedRun run = trackedRun();
        state.runId = run.runId();
        state.runUrl = tracking.runUrl(run);
        state.save(directory);
        listener.note("MLflow run " + tracking.runUrl(run) + ", files in " + directory);
        Map<String, String> params = state.specification.mlflowParams();
        if (!params.isEmpty()) {
            tracking.logParams(run.runId(), params);
        }
        Documents.writeJson(files.params(), state.specification.params());
        WorkloadPlanner planner = new WorkloadPlanner(state.specification, services.profile());
        if (planner.code() == Code.UPLOAD) {
            state.code = executions.uploadCode(
                    state.specification.workingDirectory(), state.exported, plans.codePrefix(), listener);
        }
        if (state.parent != null) {
            uploadParent(run, listener);
        }
        boolean stage = planner.delivery() == Delivery.STAGE && state.trainingDataset != null;
        state.staging = stage ? plans.staging(planner) : null;
        state.training = plans.training(planner, run);
        go(stage ? ClusterStage.STAGING : ClusterStage.TRAINING);
        return NOW;
    }

    /** A crash may have come between the run's creation and our note of it: the run's tag knows. */
    private TrackedRun trackedRun() {
        Optional<TrackedRun> before =
                tracking.runsByTag(state.specification.experiment(), RunTags.RUN, state.id).stream()
                        .findFirst();
        return before.orElseGet(() ->
                tracking.createRun(state.specification.experiment(), state.specification.name(), facts().startTags()));
    }

    private void uploadParent(TrackedRun run, TrainingListener listener) throws IOException {
        listener.note("Bringing the parent model " + state.parent.uri());
        FileTree.delete(files.parent());
        state.parentDigest = state.parent.download(tracking, files.parent());
        common.withdrawals().checkModel(state.parent.uri(), state.parentDigest);
        tracking.setTags(run.runId(), Map.of(RunTags.PARENT_DIGEST, state.parentDigest.toString()));
        state.parentFiles = CodeUpload.model(
                        files.parent(), services.store(), plans.parentPrefix(), listener.progress())
                .toString();
    }

    private void staged() throws IOException {
        ExecutionStatus staged = executions.status(name(Workload.Role.STAGING));
        List<String> nodes = staged.attempts().stream()
                .flatMap(attempt -> attempt.pods().stream())
                .map(PodFacts::node)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        state.training = PodPlans.preferring(state.training, nodes);
        go(ClusterStage.TRAINING);
    }

    /** What follows the success of a workload. */
    private interface Follow {
        void run() throws IOException;
    }

    private Duration follow(Workload workload, Workload.Role role, TrainingListener listener, Follow then)
            throws IOException {
        Optional<Duration> wait = executions.follow(work(workload, role), listener);
        if (wait.isPresent()) {
            return wait.get();
        }
        then.run();
        return NOW;
    }

    private ClusterExecutions.Work work(Workload workload, Workload.Role role) {
        return new ClusterExecutions.Work(workload, title(role), name(role), plans.secrets(role));
    }

    private static String title(Workload.Role role) {
        return switch (role) {
            case STAGING -> "Staging the dataset";
            case TRAINING -> "Training";
            case EVALUATION -> "Evaluation";
        };
    }

    private Duration fetch(TrainingListener listener) throws IOException {
        listener.note("Fetching the outputs");
        executions.fetch(work(state.training, Workload.Role.TRAINING), files.output(), listener);
        state.hardware = hardware();
        TrackedRun run = trackedRun();
        tracking.endRun(run.runId(), RunStatus.RUNNING);
        TrainingRecorder recorder = recorder(run, listener);
        if (state.trainingDataset != null) {
            state.trainingDataset = supplied(state.training, files.trainingDataset(), state.trainingDataset);
            recorder.trainingDataset(state.trainingDataset);
        }
        recorder.takeModel();
        if (state.specification.evaluation() == null) {
            go(ClusterStage.RECORDING);
        } else {
            WorkloadPlanner planner = new WorkloadPlanner(state.specification, services.profile());
            state.evaluation = plans.evaluation(planner, run, lastAttempt(Workload.Role.TRAINING));
            go(ClusterStage.EVALUATING);
        }
        return NOW;
    }

    private Duration fetchEvaluation(TrainingListener listener) throws IOException {
        executions.fetch(work(state.evaluation, Workload.Role.EVALUATION), files.evaluation(), listener);
        state.evaluationDataset = supplied(state.evaluation, files.evaluationDataset(), state.evaluationDataset);
        recorder(trackedRun(), listener).evaluationDataset(state.evaluationDataset);
        go(ClusterStage.RECORDING);
        return NOW;
    }

    private DatasetVersion supplied(Workload workload, Path into, DatasetVersion resolved) {
        return executions.supplied(workload, String.valueOf(into.getFileName()), resolved);
    }

    private int lastAttempt(Workload.Role role) {
        return executions.status(name(role)).attempt();
    }

    private Duration record(TrainingListener listener) throws IOException {
        files.unpublishOutput();
        TrackedRun run = trackedRun();
        tracking.endRun(run.runId(), RunStatus.RUNNING);
        TrainingFacts facts = facts();
        TrainingRecorder recorder = new TrainingRecorder(tracking, run, files.files(), facts, listener::note);
        if (state.trainingDataset != null) {
            facts.training.add(state.trainingDataset);
        }
        whatRan(facts);
        recorder.takeModel();
        if (state.specification.evaluation() != null) {
            facts.evaluationSet = state.evaluationDataset;
            recorder.takeEvaluation();
        }
        if (state.finished == null) {
            state.finished = Instant.now();
            state.save(directory);
        }
        RecordedTraining recorded = recorder.record(state.finished);
        recorded.statements().forEach(common.lineage()::append);
        TrainingRecorder.finish(tracking, run.runId(), recorded.tags());
        TrainingResult result = TrainingResult.of(
                tracking,
                run,
                state.specification,
                files,
                facts,
                recorded,
                Duration.between(state.started, Instant.now()).toNanos());
        Documents.writeAtomically(directory.resolve(RESULT), Documents.toJson(result));
        files.publishOutput();
        go(ClusterStage.FINISHED);
        services.watch().forget(state.id);
        return NOW;
    }

    /** Now, since a node may be gone when all is recorded. */
    private Hardware hardware() {
        List<PodFacts> pods = executions.pods(name(Workload.Role.TRAINING));
        int attempt = lastAttempt(Workload.Role.TRAINING);
        List<NodeReading> said = pods.stream()
                .map(PodFacts::rank)
                .distinct()
                .map(rank -> FetchedOutputs.node(
                        services.store(), state.training.plan().keep(), attempt, rank))
                .flatMap(Optional::stream)
                .toList();
        List<String> nodes = pods.stream()
                .map(PodFacts::node)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        return Hardware.of(nodes, services.facts(), said);
    }

    /** What the cluster says of the attempt that succeeded. */
    private void whatRan(TrainingFacts facts) {
        ExecutionStatus training = executions.status(name(Workload.Role.TRAINING));
        facts.image(executions.imageThatRan(name(Workload.Role.TRAINING)).orElse(state.image))
                .added("attempts", training.attempts().size())
                .added("cluster", training.cluster())
                .added("namespace", training.namespace())
                .added("gpuSeconds", Math.round(training.gpuSeconds()))
                .added("gpus", state.training.resources().gpus())
                .added("gpuResource", state.training.resources().gpuResource());
        if (state.hardware != null) {
            state.hardware.into(facts, state.training.resources().gpus());
        }
        if (state.evaluation != null) {
            String image =
                    executions.imageThatRan(name(Workload.Role.EVALUATION)).orElse(state.image);
            facts.evaluator(
                    Evaluator.IMAGE, String.valueOf(ImageReference.parse(image).digest()));
        }
    }

    private TrainingFacts facts() {
        return state.plan()
                .facts(state.uuid(), common.builder(), BACKEND, state.started)
                .asked("sensitive", services.sensitive().recorded())
                .parent(state.parent, state.parentDigest);
    }

    private TrainingRecorder recorder(TrackedRun run, TrainingListener listener) {
        return new TrainingRecorder(tracking, run, files.files(), facts(), listener::note);
    }

    private void go(ClusterStage stage) throws IOException {
        state.stage = stage;
        state.save(directory);
    }

    private void fail(MlopsException cause) {
        try {
            fail(directory, state, tracking, cause);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
        services.watch().forget(state.id);
    }

    private static void fail(Path directory, ClusterTrainingState state, TrackingServer tracking, MlopsException cause)
            throws IOException {
        boolean stopped = cause instanceof ClusterExecutions.StoppedException;
        String left = state.runId == null
                ? ""
                : TrainingRun.end(tracking, state.runId, stopped ? RunStatus.KILLED : RunStatus.FAILED);
        state.failureKind = stopped ? MlopsException.Kind.INTERRUPTED : cause.kind();
        state.failure = cause.getMessage() + left;
        ClusterExecutions.clear(directory);
        state.stage = ClusterStage.FAILED;
        state.save(directory);
    }

    private static MlopsException unusable(Path directory, IOException e) {
        return MlopsException.failed("The run directory " + directory + " cannot be used: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        executions.close();
    }
}
