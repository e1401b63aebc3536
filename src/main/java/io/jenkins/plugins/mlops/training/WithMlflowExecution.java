package io.jenkins.plugins.mlops.training;

import com.google.common.util.concurrent.FutureCallback;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.console.ConsoleLogFilter;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.step.AgentWorkspace;
import io.jenkins.plugins.mlops.step.StepWork;
import java.io.IOException;
import java.io.Serializable;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.BodyExecutionCallback;
import org.jenkinsci.plugins.workflow.steps.BodyInvoker;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * The course of {@code withMLflow}. States, and what happens in each when Jenkins is restarted or killed:
 *
 * <ol>
 *   <li>CREATING: {@link TrainingBegin} works on a thread of its own. It works again; an MLflow run that was made already is
 *       found by its tag.
 *   <li>BODY: the block runs. It goes on by itself, and its steps ask for variables and credentials anew. The state changes on
 *       the thread that also persists the program, when the body is launched, so a program with this state has a body.
 *   <li>RECORDING: the body has ended. After success {@link TrainingEnd#record} works, else {@link TrainingEnd#close}, each on a
 *       thread of its own, and once this state is persisted. They work again, with the same outcome.
 *   <li>ENDED: the step has returned. The run has ended too, or {@link OpenRuns} has a note of it and will end it.
 * </ol>
 *
 * Whenever the agent is needed and away, the work waits for it. A stop ends the step at once wherever it is; the run is then
 * ended as KILLED. When the build dies without its steps hearing of it, the note of the open run is what is left, which
 * {@link OpenRunsWatch} sees to.
 */
final class WithMlflowExecution extends StepExecution {

    private static final long serialVersionUID = 1L;

    private static final Logger LOGGER = Logger.getLogger(WithMlflowExecution.class.getName());

    private enum State {
        CREATING,
        BODY,
        RECORDING
    }

    private final WithMlflowStep step;
    private final KeptSecrets secrets;
    private final AgentWorkspace workspace;
    /** The flow node's id. */
    private final String useId;

    private final String tag;
    private State state = State.CREATING;

    /** As {@link #endedMillis}, read by the threads that work, without the lock. */
    private volatile StartedTraining training;

    /** What the body returned; null when that cannot be persisted. */
    private Serializable result;

    /** The body's failure, or that of recording; null while there is none. */
    private Throwable failure;

    private volatile long endedMillis;

    private transient StepWork<?> work;
    private transient boolean stopped;

    /** @param step without the values of its sensitive parameters */
    WithMlflowExecution(StepContext context, WithMlflowStep step, KeptSecrets secrets)
            throws IOException, InterruptedException {
        super(context);
        this.step = step;
        this.secrets = secrets;
        this.workspace = Objects.requireNonNull(AgentWorkspace.of(context), "the step requires a workspace");
        this.useId = require(FlowNode.class).getId();
        this.tag = TrainingBegin.tag(build(), useId);
    }

    @Override
    public boolean start() {
        create();
        return false;
    }

    @Override
    public synchronized void onResume() {
        if (stopped) {
            return;
        }
        switch (state) {
            case CREATING -> create();
            case BODY -> {
                RunKeeper.get().keep(training);
                TrainingThreads.submit(this::followPulls);
            }
            case RECORDING -> end();
        }
    }

    @Override
    public void stop(@NonNull Throwable cause) {
        boolean mine;
        synchronized (this) {
            mine = !stopped && (work == null || work.cancel());
            stopped = true;
        }
        if (mine) {
            abandon(RunStatus.KILLED);
            getContext().onFailure(cause);
        }
    }

    /** Has the run ended, if there is one, without holding up the step. */
    private void abandon(RunStatus status) {
        String id = TrainingBegin.id(tag);
        TrainingThreads.submit(() -> {
            RunKeeper.get().release(id);
            OpenRuns.get().end(id, status);
        });
    }

    @Override
    public synchronized String getStatus() {
        return switch (state) {
            case CREATING -> "starting an MLflow run: " + work();
            case BODY -> "running its block within MLflow run " + training.runId;
            case RECORDING -> "recording MLflow run " + training.runId + ": " + work();
        };
    }

    private String work() {
        return work == null ? "not begun" : work.status();
    }

    private synchronized void create() {
        work = StepWork.begin(
                getContext(),
                workspace,
                directory -> new TrainingBegin(build(), useId, tag, step, listener())
                        .begin(
                                directory,
                                workspace.node(),
                                require(EnvVars.class).get("WORKSPACE", workspace.directory())),
                new FutureCallback<StartedTraining>() {
                    @Override
                    public void onSuccess(StartedTraining started) {
                        launch(started);
                    }

                    @Override
                    public void onFailure(@NonNull Throwable t) {
                        abandon(RunStatus.FAILED);
                        getContext().onFailure(t);
                    }
                });
    }

    private void followPulls() {
        try {
            KnownPulls.get().follow(build());
        } catch (IOException | MlopsException e) {
            LOGGER.log(Level.FINE, "the steps of the block will be told", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void launch(StartedTraining started) {
        synchronized (this) {
            training = started;
        }
        try {
            StepContext context = getContext();
            BodyInvoker body = context.newBodyInvoker()
                    .withContext(EnvironmentExpander.merge(
                            context.get(EnvironmentExpander.class),
                            new TrainingEnvironment(build(), workspace.node(), started, secrets)))
                    .withContext(BodyInvoker.mergeConsoleLogFilters(
                            context.get(ConsoleLogFilter.class),
                            new SecretsFilter(
                                    started.server, build().getCharset().name(), secrets)))
                    .withCallback(new Body());
            synchronized (this) {
                if (!stopped) {
                    body.start();
                }
            }
        } catch (IOException e) {
            abandon(RunStatus.FAILED);
            getContext().onFailure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abandon(RunStatus.FAILED);
            getContext().onFailure(e);
        }
    }

    /** Hears of the body, on the thread that runs Pipeline scripts. */
    private final class Body extends BodyExecutionCallback {

        private static final long serialVersionUID = 1L;

        @Override
        public void onStart(StepContext context) {
            synchronized (WithMlflowExecution.this) {
                state = State.BODY;
                work = null;
            }
            RunKeeper.get().keep(training);
        }

        @Override
        public void onSuccess(StepContext context, Object value) {
            ended(value instanceof Serializable serializable ? serializable : null, null);
        }

        @Override
        public void onFailure(StepContext context, Throwable t) {
            ended(null, t);
        }
    }

    private synchronized void ended(Serializable value, Throwable bodyFailure) {
        state = State.RECORDING;
        result = value;
        failure = bodyFailure;
        endedMillis = System.currentTimeMillis();
        end();
    }

    private synchronized void end() {
        if (failure == null) {
            work = StepWork.begin(getContext(), workspace, this::record, new FutureCallback<Void>() {
                @Override
                public void onSuccess(Void nothing) {
                    getContext().onSuccess(result);
                }

                @Override
                public void onFailure(@NonNull Throwable t) {
                    notRecorded(t);
                }
            });
        } else {
            work = StepWork.begin(getContext(), null, this::close, new FutureCallback<Void>() {
                @Override
                public void onSuccess(Void nothing) {
                    getContext().onFailure(failure);
                }

                @Override
                public void onFailure(@NonNull Throwable t) {
                    failure.addSuppressed(t);
                    getContext().onFailure(failure);
                }
            });
        }
    }

    private synchronized void notRecorded(Throwable t) {
        failure = t;
        if (!stopped) {
            end();
        }
    }

    private Void record(FilePath directory) throws IOException, InterruptedException {
        persist();
        finalWork().record(step, directory, workspace.node(), endedMillis);
        return null;
    }

    private Void close(FilePath none) throws IOException, InterruptedException {
        persist();
        finalWork().close(failure instanceof FlowInterruptedException ? RunStatus.KILLED : RunStatus.FAILED);
        return null;
    }

    private void persist() throws IOException, InterruptedException {
        try {
            getContext().saveState().get();
        } catch (ExecutionException e) {
            throw new IOException("The end of the block of withMLflow cannot be saved", e.getCause());
        }
    }

    private TrainingEnd finalWork() throws IOException, InterruptedException {
        return new TrainingEnd(build(), useId, training, listener());
    }

    private Run<?, ?> build() throws IOException, InterruptedException {
        return require(Run.class);
    }

    private TaskListener listener() throws IOException, InterruptedException {
        return require(TaskListener.class);
    }

    private <C> C require(Class<C> type) throws IOException, InterruptedException {
        return Objects.requireNonNull(getContext().get(type), type::getName);
    }
}
