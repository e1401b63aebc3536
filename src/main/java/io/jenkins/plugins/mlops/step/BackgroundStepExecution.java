package io.jenkins.plugins.mlops.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import hudson.model.TaskListener;
import java.io.IOException;
import java.util.Objects;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** What is common to steps whose only work is one {@link StepWork}: begun at the start, begun again on resumption. */
abstract class BackgroundStepExecution<T> extends StepExecution {

    private static final long serialVersionUID = 1L;

    private transient StepWork<T> work;
    private transient boolean stopped;

    BackgroundStepExecution(@NonNull StepContext context) {
        super(context);
    }

    /** Begins the work, which ends the step. */
    abstract StepWork<T> begin();

    /** What the work does, as a short phrase for diagnosis ("pulling s3://data/digits"). */
    @NonNull
    protected abstract String doing();

    @Override
    public final synchronized boolean start() {
        work = begin();
        return false;
    }

    @Override
    public final synchronized void onResume() {
        if (!stopped) {
            work = begin();
        }
    }

    @Override
    public final void stop(@NonNull Throwable cause) {
        boolean mine;
        synchronized (this) {
            mine = work == null ? !stopped : work.cancel();
            stopped = true;
        }
        if (mine) {
            getContext().onFailure(cause);
        }
    }

    @Override
    public final String getStatus() {
        StepWork<T> now;
        synchronized (this) {
            now = work;
        }
        return doing() + ": " + (now == null ? "not begun" : now.status());
    }

    /** The build's log. */
    @NonNull
    protected final TaskListener listener() throws IOException, InterruptedException {
        return require(TaskListener.class);
    }

    /** The build. */
    @NonNull
    protected final Run<?, ?> run() throws IOException, InterruptedException {
        return require(Run.class);
    }

    /** The id under which the build's facts know this step: the same after a restart. */
    @NonNull
    protected final String useId() throws IOException, InterruptedException {
        return require(FlowNode.class).getId();
    }

    private <C> C require(Class<C> type) throws IOException, InterruptedException {
        return Objects.requireNonNull(getContext().get(type), type::getName);
    }
}
