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
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.cluster.ClusterPool;
import io.jenkins.plugins.mlops.cluster.ClusterRuns;
import io.jenkins.plugins.mlops.cluster.ClusterSweep;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.ClusterWork;
import io.jenkins.plugins.mlops.core.training.TrainingListener;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Code;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.step.AgentWorkspace;
import io.jenkins.plugins.mlops.step.StepWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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
 * The course of a step whose work is done on a cluster. The cluster's objects and the work's directory, in that of the build, are the
 * truth; the step only watches. States, and what happens in each when Jenkins is restarted or killed:
 *
 * <ol>
 *   <li>BEGINNING: the code is copied from the workspace or the repository, everything is checked, the directory is made, on a thread
 *       of its own. It begins anew.
 *   <li>DRIVEN, from when the directory has the work: {@link ClusterPool} steps it through its stages. It is opened again and goes on
 *       where it was; the cluster went on meanwhile.
 *   <li>ENDED: the step has returned.
 * </ol>
 *
 * A stop asks the work to be removed from the cluster, and ends the step when that is done, or after {@value #STOP_SECONDS} seconds; a
 * second stop ends it at once. What is left then is removed in the background, and by {@link ClusterSweep}.
 *
 * <p>Work that cannot be driven any more, such as when a policy does not allow it any longer, ends the step too, and is given up: what it
 * has in the cluster is removed at once, and its MLflow run fails.
 *
 * @param <W> the work
 */
abstract class ClusterStepExecution<W extends ClusterWork> extends StepExecution implements TrainingDrive.Ending<W> {

    private static final long serialVersionUID = 1L;

    private static final Logger LOGGER = Logger.getLogger(ClusterStepExecution.class.getName());

    private static final int STOP_SECONDS = 60;

    /** Names of profiles, null for the first. */
    @CheckForNull
    private final String cluster;

    @CheckForNull
    private final String server;

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
    private transient TrainingDrive<W> drive;

    /** Runs whose workloads may be in the cluster. */
    private transient Set<String> noted;

    /** Of the build, since Jenkins was started. */
    private transient Run<?, ?> build;

    private transient TrainingListener log;
    private transient Authentication user;

    ClusterStepExecution(StepContext context, @CheckForNull String cluster, @CheckForNull String server)
            throws IOException, InterruptedException {
        super(context);
        this.cluster = cluster;
        this.server = server;
        this.workspace = AgentWorkspace.of(context);
        this.useId = require(FlowNode.class).getId();
        this.tag = TrainingBegin.tag(require(Run.class), useId);
    }

    /** What it does, as a phrase for diagnosis ("training digits.yaml"). */
    abstract String doing();

    /** What of the code is wanted. @param inImage whether it is in the image where nothing else is said */
    abstract CodeRequest code(boolean inImage);

    /** Parameters that go to the pods of trainings in their Secret alone. */
    KeptSecrets secrets() {
        return KeptSecrets.NONE;
    }

    /** The datasets that the work names. */
    abstract DvcOutputs.Wanted datasets(CodeTree code);

    /** Checks everything and makes the directory of the work. @param id of the step's own run */
    abstract W begin(CodeTree code, ClusterServices services, UUID id, Path directory);

    abstract W open(Path directory, ClusterServices services);

    /** Whether there is work in a directory. */
    abstract boolean isIn(Path directory);

    /** Asks for it to be stopped. @return false when it is over already */
    abstract boolean stop(Path directory, String reason);

    /** What of the record of the build is due after a step. */
    abstract void noteProgress(W work);

    /** Keeps what the work has made, and deletes what nobody needs any more; may be done again. @return what the step returns */
    abstract Object finish(W work) throws IOException;

    /** Keeps how it failed. @param stopped whether it was asked to */
    abstract void fail(W work, boolean stopped);

    /** Keeps that it has failed, which nobody drives any more; what runs in the cluster is removed by others. */
    abstract void giveUp(Path directory, TrackingServer tracking, MlopsException cause);

    @Override
    public final synchronized boolean start() throws IOException, InterruptedException {
        connect();
        begin();
        return false;
    }

    @Override
    public final synchronized void onResume() {
        if (ended) {
            return;
        }
        try {
            connect();
            if (isIn(directory())) {
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

    /** Finds what is not persisted. */
    private void connect() throws IOException, InterruptedException {
        build = require(Run.class);
        user = require(FlowExecution.class).getAuthentication2();
        log = new BuildTrainingListener(build, require(TaskListener.class), require(FlowNode.class), server, secrets());
        noted = ConcurrentHashMap.newKeySet();
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
            CodeTree tree = tree(files, services.profile().defaults().code() == Code.IMAGE, place.resolve("source"));
            if (files != null) {
                // An agent has the repository that tells them; without one they are refused when they are asked for.
                outputs()
                        .read(
                                datasets(tree),
                                tree.root(),
                                Objects.requireNonNull(workspace),
                                files,
                                JobPolicy.of(build).cluster(cluster),
                                build);
            }
            note(run(), services);
            begin(tree, services, UUID.fromString(run()), directory()).close();
        }
        return null;
    }

    private void note(String run, ClusterServices services) {
        if (noted.add(run)) {
            ClusterRuns.get()
                    .note(
                            run,
                            tag,
                            build,
                            services.cluster(),
                            JobPolicy.of(build).mlflowServer(server).getName());
        }
    }

    private CodeTree tree(@CheckForNull FilePath files, boolean inImage, Path into)
            throws IOException, InterruptedException {
        CodeRequest wanted = code(inImage);
        if (files == null) {
            return new CommitCode(build).copy(wanted, into);
        }
        return new WorkspaceCode(
                        files,
                        require(EnvVars.class)
                                .get(
                                        "WORKSPACE",
                                        Objects.requireNonNull(workspace).directory()),
                        new PulledDatasets(BuildLineage.of(build).facts().datasets(), workspace.node()).directories())
                .copy(wanted, into);
    }

    private synchronized void begun() {
        beginning = null;
        if (ended) {
            return;
        }
        if (stopping != null) {
            stop(directory(), reason(stopping));
        }
        drive();
    }

    private synchronized void drive() {
        drive = new TrainingDrive<>(run(), user, this::session, this::opened, log, this);
        ClusterPool.get().drive(drive);
        if (stopping != null) {
            forceLater();
        }
    }

    private W opened(ClusterServices services) {
        W work = open(directory(), services);
        note(work.run(), services);
        return work;
    }

    @Override
    public final void stepped(W work, ClusterServices services) {
        note(work.run(), services);
        noteProgress(work);
    }

    @Override
    public final void over(W work) throws IOException {
        noted.forEach(ClusterRuns.get()::remove);
        boolean failed = work.failure().isPresent();
        Object result = null;
        if (failed) {
            boolean stopped = work.failure()
                    .filter(failure -> failure.kind() == MlopsException.Kind.INTERRUPTED)
                    .isPresent();
            fail(work, stopped);
        } else {
            result = finish(work);
        }
        FileTree.delete(place().resolve("source")); // it lies in the object store, and in Git
        outputs().delete();
        if (!end()) {
            return;
        }
        if (failed) {
            getContext().onFailure(told(work));
        } else {
            getContext().onSuccess(result);
        }
    }

    private Throwable told(W work) {
        Throwable stopped = stopCause();
        return stopped == null
                ? new AbortException(work.failure().map(Throwable::getMessage).orElse(null))
                : stopped;
    }

    @Override
    public final void broken(Throwable cause) {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        if (jenkins == null || jenkins.isTerminating()) {
            LOGGER.log(Level.FINE, "left because Jenkins stops; taken up again when it is back", cause);
            return;
        }
        LOGGER.log(Level.FINE, "work on a cluster cannot be driven any more", cause);
        TrainingThreads.submit(() -> giveUp(cause));
        if (end()) {
            getContext().onFailure(cause instanceof MlopsException ? new AbortException(cause.getMessage()) : cause);
        }
    }

    /** What it has in the cluster, GPUs above all, goes at once; its MLflow run ends. */
    private void giveUp(Throwable cause) {
        Optional<String> mlflow = ClusterRuns.get().mlflow(tag);
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            ClusterSweep.removeNow(tag);
        } catch (MlopsException e) {
            log.note("What it left in the cluster is removed later: " + e.getMessage());
        }
        if (mlflow.isEmpty() || !isIn(directory())) {
            return;
        }
        MlopsException why = cause instanceof MlopsException ours
                ? ours
                : MlopsException.failed(String.valueOf(cause.getMessage()), cause);
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2);
                MlflowServer tracking =
                        MlopsConfiguration.get().mlflowServer(mlflow.get()).connect(build)) {
            giveUp(directory(), tracking, why);
        } catch (MlopsException e) {
            LOGGER.log(Level.WARNING, e, () -> "That the work " + run() + " has failed could not be kept");
        }
    }

    @Override
    public final void stop(@NonNull Throwable cause) {
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
            TrainingThreads.submit(() -> stopWork(cause));
            forceLater();
        }
        if (atOnce && end()) {
            if (!driven) {
                TrainingThreads.submit(this::discard);
            }
            getContext().onFailure(cause);
        }
    }

    private void stopWork(Throwable cause) {
        try {
            if (stop(directory(), reason(cause))) {
                log.note("Stopping and removing what runs in the cluster");
            }
        } catch (MlopsException e) {
            LOGGER.log(Level.WARNING, e, () -> "The work " + run() + " could not be asked to stop");
        }
        TrainingDrive<W> driven = driven();
        if (driven != null) {
            ClusterPool.get().wake(driven.run());
        }
    }

    @CheckForNull
    private synchronized TrainingDrive<W> driven() {
        return drive;
    }

    @CheckForNull
    private synchronized Throwable stopCause() {
        return stopping;
    }

    private void forceLater() {
        Timer.get()
                .schedule(
                        () -> {
                            if (end()) {
                                log.note("It is not out of the cluster yet; it is being removed in the background");
                                getContext().onFailure(stopCause());
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

    /** Removes what work has left that never began. */
    private void discard() {
        ClusterRuns.get().remove(run());
        try {
            FileTree.delete(place());
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> place() + " is left");
        }
    }

    @Override
    public final String getStatus() {
        StepWork<?> begins;
        boolean driven;
        synchronized (this) {
            begins = beginning;
            driven = drive != null;
        }
        if (begins != null) {
            return "beginning with " + doing() + ": " + begins.status();
        }
        return doing() + (driven ? ": " + stage(directory()) : "");
    }

    /** Where the work in a directory stands, as a word; whoever drives it. */
    abstract String stage(Path directory);

    private <C> C require(Class<C> type) throws IOException, InterruptedException {
        return Objects.requireNonNull(getContext().get(type), type::getName);
    }

    private ClusterSession session() {
        return new ClusterSession(build, cluster, server, secrets().params(), outputs());
    }

    final Run<?, ?> build() {
        return build;
    }

    final TrainingListener log() {
        return log;
    }

    final String useId() {
        return useId;
    }

    /** Unique among all steps of all builds of all controllers, and the same after a restart. */
    final String tag() {
        return tag;
    }

    /** The UUID that is made of the tag. */
    private String run() {
        return TrainingBegin.id(tag);
    }

    private Path place() {
        return places(build).resolve(useId);
    }

    private DvcOutputs outputs() {
        return new DvcOutputs(place().resolve("dvc"));
    }

    /** Of the work. */
    private Path directory() {
        return work(place());
    }

    /** Where the steps of a build have a directory each. */
    static Path places(Run<?, ?> build) {
        return BuildLineage.of(build).directory().resolve("trainings");
    }

    /** The directory of the work in that of its step. */
    static Path work(Path place) {
        return place.resolve("run");
    }
}
