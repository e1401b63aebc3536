package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.execution.AttemptFacts;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.execution.ExecutionContext;
import io.jenkins.plugins.mlops.core.execution.ExecutionListener;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import io.jenkins.plugins.mlops.core.execution.Next;
import io.jenkins.plugins.mlops.core.execution.PodFacts;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.gate.Evaluator;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.pod.FetchedOutputs;
import io.jenkins.plugins.mlops.core.pod.Kept;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.source.SourceFiles;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.workload.Workload;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Code;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Delivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
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
    private static final String FETCH_CACHE = ".fetched";
    private static final String RESULT = "result.json";

    private final Path directory;
    private final ClusterServices services;
    private final TrainingServices common;
    private final TrackingServer tracking;
    private final ClusterTrainingState state;
    private final RunDirectory files;
    private final PodPlans plans;
    private Execution execution;

    private ClusterTraining(Path directory, ClusterServices services, ClusterTrainingState state) {
        this.directory = directory;
        this.services = services;
        this.common = services.training();
        this.tracking = common.tracking();
        this.state = state;
        this.files = RunDirectory.at(directory, state.specification.outputs().model());
        this.plans = new PodPlans(services, state);
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
     * @param exported where they come from; null when the directory lies in a work tree, or nobody knows
     */
    public static ClusterTraining start(
            TrainingSpecification specification,
            SourceRevision exported,
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
        state.trainingDataset = plan.training();
        state.evaluationDataset = plan.evaluation();
        state.parent = plan.parent();
        state.controller = services.controller();
        state.image = pinned(specification.image(), services, listener);
        state.toolImage = pinned(services.profile().toolImage(), services, listener);
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

    private static String pinned(String image, ClusterServices services, TrainingListener listener) {
        ImageReference asked = ImageReference.parse(image);
        if (asked.digest() != null) {
            return image;
        }
        ImageReference found = services.pin().apply(asked);
        listener.note("Image " + image + " is " + found.digest());
        return found.toString();
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
                state.stage,
                state.started,
                state.runId,
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
        return runDirectory.resolve("executions").resolve(role.name().toLowerCase(Locale.ROOT));
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
            Documents.writeAtomically(runDirectory.resolve(StopFile.NAME), Documents.toJson(new StopFile(reason)));
        } catch (IOException e) {
            throw unusable(runDirectory, e);
        }
        latest(runDirectory).ifPresent(execution -> Execution.stop(execution, reason));
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
        if (between && Files.exists(directory.resolve(StopFile.NAME))) {
            String reason = Documents.read(directory.resolve(StopFile.NAME), StopFile.class)
                    .reason();
            throw new Stopped("The training was stopped: " + reason);
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
        state.save(directory);
        listener.note("MLflow run " + tracking.runUrl(run) + ", files in " + directory);
        Map<String, String> params = state.specification.mlflowParams();
        if (!params.isEmpty()) {
            tracking.logParams(run.runId(), params);
        }
        Documents.writeJson(files.params(), state.specification.params());
        WorkloadPlanner planner = new WorkloadPlanner(state.specification, services.profile());
        if (planner.code() == Code.UPLOAD) {
            listener.note("Uploading the code in " + state.specification.workingDirectory());
            Path code = state.specification.workingDirectory();
            state.code = CodeUpload.upload(
                            code,
                            state.exported ? SourceFiles.all(code) : SourceFiles.below(code),
                            services.store(),
                            plans.codePrefix(),
                            directory.resolve(".code"))
                    .toString();
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
        state.parentFiles = CodeUpload.upload(
                        files.parent(),
                        SourceFiles.all(files.parent()),
                        services.store(),
                        plans.parentPrefix(),
                        directory.resolve(".parent"))
                .toString();
    }

    private void staged() throws IOException {
        ExecutionStatus staged = Execution.status(executionDirectory(directory, Workload.Role.STAGING));
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
        if (execution == null) {
            execution = openExecution(workload, role, listener);
        }
        Next next = execution.step(new Narrator(role, listener));
        if (!next.isDone()) {
            return next.after();
        }
        execution.close();
        execution = null;
        End end = next.end();
        if (!end.succeeded()) {
            throw ended(role, end);
        }
        then.run();
        return NOW;
    }

    private Execution openExecution(Workload workload, Workload.Role role, TrainingListener listener) {
        Path place = executionDirectory(directory, role);
        ExecutionContext context =
                ExecutionContext.of(services.cluster(), services.watch(), services.facts(), plans.secrets(role));
        Execution opened;
        if (Execution.isIn(place)) {
            opened = Execution.open(place, context);
        } else {
            listener.note(title(role) + " on cluster " + services.cluster().name() + ", namespace "
                    + services.cluster().namespace() + ", as " + workload.name());
            opened = Execution.start(place, workload, context);
        }
        // Whoever asked may have done so before there was an execution to ask, and the watcher of then may have been
        // killed.
        if (Files.exists(directory.resolve(StopFile.NAME))) {
            opened.stop(Documents.read(directory.resolve(StopFile.NAME), StopFile.class)
                    .reason());
        }
        return opened;
    }

    private MlopsException ended(Workload.Role role, End end) {
        String message = title(role) + ": " + end.sentence() + "; logs are in "
                + executionDirectory(directory, role).resolve("logs");
        return switch (end.cause()) {
            case STOPPED -> new Stopped(message);
            case REFUSED -> MlopsException.refused(message);
            default -> MlopsException.failed(message);
        };
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
        fetch(state.training, Workload.Role.TRAINING, files.output(), listener);
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
        fetch(state.evaluation, Workload.Role.EVALUATION, files.evaluation(), listener);
        state.evaluationDataset = supplied(state.evaluation, files.evaluationDataset(), state.evaluationDataset);
        recorder(trackedRun(), listener).evaluationDataset(state.evaluationDataset);
        go(ClusterStage.RECORDING);
        return NOW;
    }

    /** Brings the outputs of rank 0; a directory that is there was brought whole by an earlier try. */
    private void fetch(Workload workload, Workload.Role role, Path into, TrainingListener listener) throws IOException {
        PodPlan.Keep keep = workload.plan().keep();
        int attempt = lastAttempt(role);
        Kept kept = FetchedOutputs.find(services.store(), keep, attempt, 0)
                .orElseThrow(() -> MlopsException.failed(title(role) + " succeeded, but its outputs are not at "
                        + keep.outputsUri() + ": look at the log of the container 'keep', and whether its keys may"
                        + " write there"));
        Path fetching = directory.resolve(".fetching");
        Datasets datasets =
                new Datasets(services.store(), DatasetCache.at(directory.resolve(FETCH_CACHE)), common.withdrawals());
        PullOptions copies = new PullOptions(
                PullOptions.DEFAULT.jobs(), PullOptions.Placement.COPY, PullOptions.DEFAULT.selection(), false);
        FetchedOutputs.fetch(
                kept,
                keep,
                attempt,
                0,
                fetching,
                (manifest, place, progress) -> datasets.pull(manifest, place, copies, progress),
                listener.progress());
        FileTree.delete(fetching.resolve(".mlops"));
        FileTree.delete(into);
        Files.move(fetching, into, StandardCopyOption.ATOMIC_MOVE);
        FileTree.delete(directory.resolve(FETCH_CACHE));
    }

    /** A version as it was brought, with the content id that a prefix has only then; its manifest is kept. */
    private DatasetVersion supplied(Workload workload, Path into, DatasetVersion resolved) {
        Optional<Manifest> brought =
                FetchedOutputs.supplied(services.store(), workload.plan().keep(), String.valueOf(into.getFileName()));
        brought.ifPresent(common.lineage()::keepManifest);
        return brought.map(Manifest::version).orElse(resolved);
    }

    private int lastAttempt(Workload.Role role) {
        return Execution.status(executionDirectory(directory, role)).attempt();
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

    /** What the cluster says of the attempt that succeeded. */
    private void whatRan(TrainingFacts facts) {
        ExecutionStatus training = Execution.status(executionDirectory(directory, Workload.Role.TRAINING));
        AttemptFacts last = training.attempts().get(training.attempts().size() - 1);
        List<PodFacts> pods = last.pods();
        String ran = pods.stream()
                .map(PodFacts::image)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(state.image);
        facts.image(ran)
                .added("attempts", training.attempts().size())
                .added("cluster", training.cluster())
                .added("namespace", training.namespace())
                .added("gpuSeconds", Math.round(training.gpuSeconds()))
                .added("gpus", state.training.resources().gpus())
                .added("gpuResource", state.training.resources().gpuResource())
                .added(
                        "nodes",
                        pods.stream()
                                .map(PodFacts::node)
                                .filter(Objects::nonNull)
                                .distinct()
                                .toList());
        if (state.evaluation != null) {
            facts.evaluator(
                    Evaluator.IMAGE,
                    String.valueOf(ImageReference.parse(state.image).digest()));
        }
    }

    private TrainingFacts facts() {
        return state.plan()
                .facts(state.uuid(), common.builder(), BACKEND, state.started)
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
        MlopsException.Kind kind = cause instanceof Stopped ? MlopsException.Kind.INTERRUPTED : cause.kind();
        RuntimeException told = cause;
        if (state.runId != null) {
            told = TrainingRun.end(tracking, state.runId, cause);
        }
        state.failureKind = kind;
        state.failure = told.getMessage();
        try {
            FileTree.delete(directory.resolve(FETCH_CACHE));
            go(ClusterStage.FAILED);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
        services.watch().forget(state.id);
    }

    private static MlopsException unusable(Path directory, IOException e) {
        return MlopsException.failed("The run directory " + directory + " cannot be used: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        if (execution != null) {
            execution.close();
            execution = null;
        }
    }

    /** A request to stop, beside the state, since whoever asks is not who drives. */
    record StopFile(String reason) {
        static final String NAME = "stop.json";
    }

    /** It was asked to stop, and did. */
    private static final class Stopped extends MlopsException {
        private static final long serialVersionUID = 1L;

        Stopped(String message) {
            super(Kind.FAILED, message);
        }
    }

    /** Tells a training's listener of its executions. */
    private record Narrator(Workload.Role role, TrainingListener listener) implements ExecutionListener {
        @Override
        public void note(String text) {
            listener.note(text);
        }

        @Override
        public void output(long number, String line) {
            listener.output(
                    role == Workload.Role.EVALUATION
                            ? TrainingListener.Stage.EVALUATION
                            : TrainingListener.Stage.TRAINING,
                    line);
        }

        @Override
        public void waiting(String reason) {
            listener.waiting(reason);
        }
    }
}
