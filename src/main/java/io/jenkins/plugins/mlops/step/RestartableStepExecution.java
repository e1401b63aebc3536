package io.jenkins.plugins.mlops.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.TaskListener;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.util.concurrent.Future;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.springframework.security.core.Authentication;

/**
 * A step that works on a thread of its own, never on the thread that runs Pipeline scripts, and does its work again when
 * Jenkins was restarted meanwhile. So the work of a subclass has to be repeatable: whatever a first try has left, whole or
 * half, a second one finishes.
 *
 * <p>States: WORKING from {@link #start} or {@link #onResume} on; ENDED once {@link #work} has returned or thrown, or the step
 * was stopped. Only what is needed to work again may be held in non-transient fields: they are persisted with the build.
 *
 * @param <T> what the step returns: serializable, of this plugin's own classes or the JDK's
 */
public abstract class RestartableStepExecution<T> extends StepExecution {

    private static final long serialVersionUID = 1L;

    private transient volatile Future<?> task;
    private transient volatile Throwable stopCause;

    protected RestartableStepExecution(@NonNull StepContext context) {
        super(context);
    }

    /**
     * Does all the work. An interrupt asks it to stop.
     *
     * @throws MlopsException for what a user can act on; it ends the step with its message alone
     */
    protected abstract T work() throws IOException, InterruptedException;

    @Override
    public final boolean start() {
        begin();
        return false;
    }

    @Override
    public final void onResume() {
        begin();
    }

    @Override
    public final void stop(@NonNull Throwable cause) {
        stopCause = cause;
        Future<?> running = task;
        if (running != null) {
            running.cancel(true);
        }
        getContext().onFailure(cause);
    }

    private void begin() {
        Authentication authentication = Jenkins.getAuthentication2();
        task = StepThreads.submit(() -> {
            try (ACLContext ignored = ACL.as2(authentication)) {
                T result = work();
                if (stopCause == null) {
                    getContext().onSuccess(result);
                }
            } catch (MlopsException e) {
                fail(new AbortException(e.getMessage()), e);
            } catch (Exception | LinkageError e) {
                fail(e, null);
            }
        });
    }

    private void fail(Throwable failure, Throwable detail) {
        if (detail != null) {
            failure.addSuppressed(detail);
        }
        if (stopCause == null) {
            getContext().onFailure(failure);
        }
    }

    /** The build's log. */
    protected final TaskListener listener() throws IOException, InterruptedException {
        return getContext().get(TaskListener.class);
    }
}
