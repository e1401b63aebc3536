package io.jenkins.plugins.mlops.training;

import com.google.common.util.concurrent.FutureCallback;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.cluster.ClusterPool;
import io.jenkins.plugins.mlops.cluster.ClusterRuns;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.training.ClusterTrainingStatus;
import io.jenkins.plugins.mlops.core.training.ExportedCode;
import io.jenkins.plugins.mlops.core.training.TrainingListener;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Code;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.step.AgentWorkspace;
import io.jenkins.plugins.mlops.step.StepWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import jenkins.model.CauseOfInterruption;
import jenkins.model.Jenkins;
import jenkins.util.Timer;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.springframework.security.core.Authentication;

/**
 * The course of {@code trainModel}. The cluster's objects and the training's directory, in that of the build, are the truth; the step
 * only watches. States, and what happens in each when Jenkins is restarted or killed:
 *
 * <ol>
 *   <li>BEGINNING: the code is copied from the workspace or the repository, everything is checked, the directory is made, on a thread
 *       of its own. It begins anew.
 *   <li>DRIVEN, from when the directory has a training: {@link ClusterPool} steps {@link ClusterTraining} through its stages. It is
 *       opened again and goes on where it was; the cluster went on meanwhile.
 *   <li>ENDED: the step has returned.
 * </ol>
 *
 * A stop asks the training to be removed from the cluster, and ends the step when that is done, or after {@value #STOP_SECONDS} seconds;
 * a second stop ends it at once. What is left then is removed in the background, and by
 * {@link io.jenkins.plugins.mlops.cluster.ClusterSweep}.
 */
final class TrainModelExecution extends StepExecution implements TrainingDrive.Ending<ClusterTraining> {

    private static final long serialVersionUID = 1L;

    private static final Logger LOGGER = Logger.getLogger(TrainModelExecution.class.getName());

    private static final int STOP_SECONDS = 60;

    private final TrainModelRequest request;

    /** Null outside of a node. */
    @CheckForNull
    private final AgentWorkspace workspace;

    /** The flow node's id. */
    private final String useId;

    private final String tag;

    /** Why it is being stopped; null when it is not. */
    private Throwable stopping;

    private boolean ended;

    private transient StepWork<?> beginning;
    private transient TrainingDrive<ClusterTraining> drive;
    private transient String knownRun;

    /** Of the build, since Jenkins was started. */
    private transient Run<?, ?> build;

    private transient TrainingListener log;
    private transient Authentication user;

    TrainModelExecution(StepContext context, TrainModelRequest request) throws IOException, InterruptedException {
        super(context);
        this.request = request;
        this.workspace = AgentWorkspace.of(context);
        this.useId = require(FlowNode.class).getId();
        this.tag = TrainingBegin.tag(require(Run.class), useId);
    }

    /** Finds what is not persisted. */
    private void connect() throws IOException, InterruptedException {
        build = require(Run.class);
        user = require(FlowExecution.class).getAuthentication2();
        log = new BuildTrainingListener(build, require(TaskListener.class), require(FlowNode.class), request.server);
    }

    @Override
    public synchronized boolean start() throws IOException, InterruptedException {
        connect();
        begin();
        return false;
    }

    @Override
    public synchronized void onResume() {
        if (ended) {
            return;
        }
        try {
            connect();
            if (ClusterTraining.isIn(directory())) {
                drive();
            } else if (stopping == null) {
                begin();
            } else {
                end();
                getContext().onFailure(stopping);
            }
        } catch (IOException | InterruptedException e) {
            getContext().onFailure(e);
        }
    }

    private void begin() {
        beginning = StepWork.begin(getContext(), workspace, this::prepare, new FutureCallback<Void>() {
            @Override
            public void onSuccess(Void nothing) {
                begun();
            }

            @Override
            public void onFailure(@NonNull Throwable t) {
                if (end()) {
                    discard();
                    getContext().onFailure(t);
                }
            }
        });
    }

    private Void prepare(@CheckForNull FilePath files) throws IOException, InterruptedException {
        Path place = place();
        FileTree.delete(place); // what a try has left that was killed
        Files.createDirectories(place);
        try (ClusterSession session = session()) {
            ClusterServices services = session.services();
            CodeTree code = code(files, services.profile().defaults().code() == Code.IMAGE, place.resolve("source"));
            TrainingSpecification specification = request.specification(
                    code, build.getExternalizableId(), build.getParent().getFullName());
            checkExpected(services);
            ClusterRuns.get()
                    .note(
                            run(),
                            build,
                            services.cluster().name(),
                            services.cluster().namespace());
            ClusterTraining.start(
                            specification,
                            new ExportedCode(code.source()),
                            UUID.fromString(run()),
                            directory(),
                            services,
                            log)
                    .close();
        }
        return null;
    }

    private CodeTree code(@CheckForNull FilePath files, boolean inImage, Path into)
            throws IOException, InterruptedException {
        CodeRequest wanted = request.code(inImage);
        if (files == null) {
            return new CommitCode(build).copy(wanted, into);
        }
        FindCode.Found found = files.act(new FindCode(
                wanted,
                require(EnvVars.class)
                        .get("WORKSPACE", Objects.requireNonNull(workspace).directory()),
                new PulledDatasets(BuildLineage.of(build).facts(), workspace.node()).directories()));
        Files.createDirectories(into);
        files.copyRecursiveTo(found, new FilePath(into.toFile()), "the code");
        return new CodeTree(into, CodeTree.revision(found.source));
    }

    private void checkExpected(ClusterServices services) {
        for (Map.Entry<DatasetReference, String> expected : request.expected().entrySet()) {
            String now =
                    services.training().datasets().resolve(expected.getKey()).sourceId();
            if (!expected.getValue().equals(now)) {
                throw MlopsException.refused("The dataset " + expected.getKey() + " is not what it was when this build"
                        + " resolved it (source id " + expected.getValue() + ", now " + now
                        + "): run the build again to train on what is there now");
            }
        }
    }

    private synchronized void begun() {
        beginning = null;
        if (ended) {
            return;
        }
        if (stopping != null) {
            ClusterTraining.stop(directory(), reason(stopping));
        }
        drive();
    }

    private synchronized void drive() {
        drive = new TrainingDrive<>(
                run(), user, this::session, services -> ClusterTraining.open(directory(), services), log, this);
        ClusterPool.get().drive(drive);
        if (stopping != null) {
            forceLater();
        }
    }

    @Override
    public void stepped(ClusterTraining training) {
        ClusterTrainingStatus status = training.status();
        if (status.runId() != null && !status.runId().equals(knownRun)) {
            knownRun = status.runId();
            note(status);
        }
    }

    private void note(ClusterTrainingStatus status) {
        TrainingUses.of(build).running(useId, tag, server(), status);
    }

    @Override
    public void over(ClusterTraining training) throws IOException {
        TrainingResult result = training.result().orElse(null);
        ClusterTrainingStatus status = training.status();
        ClusterRuns.get().remove(run());
        if (result == null) {
            note(status);
            TrainingUses.of(build).ended(tag, end(training));
            discardCode();
            if (end()) {
                getContext().onFailure(failure(training));
            }
            return;
        }
        String evaluation = keptEvaluation(result);
        TrainingUses.of(build).finished(useId, tag, server(), status, result, evaluation);
        discardCode();
        FileTree.delete(directory().resolve("output"));
        result.gaps().forEach(gap -> log.note("Not in the lineage: " + gap));
        if (end()) {
            getContext().onSuccess(new TrainedModel(result, status));
        }
    }

    private static RunStatus end(ClusterTraining training) {
        return training.failure()
                        .filter(failure -> failure.kind() == MlopsException.Kind.INTERRUPTED)
                        .isPresent()
                ? RunStatus.KILLED
                : RunStatus.FAILED;
    }

    /** The record that a gate of this build judges, where all of the build's evaluations lie. */
    @CheckForNull
    private String keptEvaluation(TrainingResult result) throws IOException {
        if (result.evaluation() == null) {
            return null;
        }
        String name = "evaluation-" + useId + ".json";
        Documents.writeAtomically(
                BuildLineage.of(build).directory().resolve(name), Files.readString(Path.of(result.evaluation())));
        return name;
    }

    private Throwable failure(ClusterTraining training) {
        Throwable stopped;
        synchronized (this) {
            stopped = stopping;
        }
        return stopped == null
                ? new AbortException(
                        training.failure().map(Throwable::getMessage).orElse("The training failed"))
                : stopped;
    }

    @Override
    public void broken(Throwable cause) {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        if (jenkins == null || jenkins.isTerminating()) {
            LOGGER.log(Level.FINE, "left because Jenkins stops; taken up again when it is back", cause);
        } else if (end()) {
            LOGGER.log(Level.FINE, "a training cannot be driven any more", cause);
            getContext().onFailure(cause instanceof MlopsException ? new AbortException(cause.getMessage()) : cause);
        }
    }

    @Override
    public void stop(@NonNull Throwable cause) {
        boolean atOnce;
        boolean driven;
        synchronized (this) {
            if (ended) {
                return;
            }
            atOnce = stopping != null || beginning != null && beginning.cancel();
            driven = drive != null;
            if (stopping == null) {
                stopping = cause;
            }
            atOnce |= !driven && beginning == null;
        }
        if (driven) {
            TrainingThreads.submit(() -> stopTraining(cause));
            forceLater();
        }
        if (atOnce && end()) {
            TrainingThreads.submit(() -> {
                if (!driven) {
                    discard();
                }
            });
            getContext().onFailure(cause);
        }
    }

    private void stopTraining(Throwable cause) {
        try {
            if (ClusterTraining.stop(directory(), reason(cause))) {
                log.note("Stopping the training and removing it from the cluster");
            }
        } catch (MlopsException e) {
            LOGGER.log(Level.WARNING, e, () -> "The training " + run() + " could not be asked to stop");
        }
        ClusterPool.get().wake(run());
    }

    private void forceLater() {
        Timer.get()
                .schedule(
                        () -> {
                            if (end()) {
                                log.note(
                                        "The training is not out of the cluster yet; it is being removed in the background");
                                getContext().onFailure(stopping);
                            }
                        },
                        STOP_SECONDS,
                        TimeUnit.SECONDS);
    }

    private static String reason(Throwable cause) {
        if (cause instanceof FlowInterruptedException interrupted) {
            String causes = interrupted.getCauses().stream()
                    .map(CauseOfInterruption::getShortDescription)
                    .collect(Collectors.joining("; "));
            if (!causes.isBlank()) {
                return causes;
            }
            return interrupted.getResult() == Result.ABORTED ? "the build was aborted" : "the build was stopped";
        }
        return "the build was stopped";
    }

    /** @return whether it falls to the caller to say how the step ends */
    private synchronized boolean end() {
        boolean first = !ended;
        ended = true;
        return first;
    }

    /** Removes what a training has left that never began. */
    private void discard() {
        ClusterRuns.get().remove(run());
        try {
            FileTree.delete(place());
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> place() + " is left");
        }
    }

    /** The code lies in the object store and in Git; logs, objects and failure bundles stay. */
    private void discardCode() {
        try {
            FileTree.delete(place().resolve("source"));
            FileTree.delete(directory().resolve("output.partial"));
            FileTree.delete(directory().resolve("parent"));
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> place() + " keeps files that nobody needs");
        }
    }

    @Override
    public String getStatus() {
        StepWork<?> begins;
        TrainingDrive<ClusterTraining> driven;
        synchronized (this) {
            begins = beginning;
            driven = drive;
        }
        if (begins != null) {
            return "beginning to train " + request + ": " + begins.status();
        }
        ClusterTraining training = driven == null ? null : driven.work();
        return "training " + request
                + (training == null
                        ? ""
                        : ", " + training.status().stage().name().toLowerCase(Locale.ROOT));
    }

    private <C> C require(Class<C> type) throws IOException, InterruptedException {
        return Objects.requireNonNull(getContext().get(type), type::getName);
    }

    private ClusterSession session() {
        return new ClusterSession(build, request.cluster, request.server);
    }

    private String server() {
        return MlopsConfiguration.get().mlflowServer(request.server).getName();
    }

    /** The run's UUID: unique among all builds of all controllers, and the same after a restart. */
    private String run() {
        return TrainingBegin.id(tag);
    }

    private Path place() {
        return TrainModelRequest.directory(BuildLineage.of(build).directory(), useId);
    }

    /** The training's run directory. */
    private Path directory() {
        return place().resolve("run");
    }
}
