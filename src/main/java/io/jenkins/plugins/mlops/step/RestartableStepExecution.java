package io.jenkins.plugins.mlops.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * A step that works on the controller, on a thread of its own, never on the thread that runs Pipeline scripts, and does its
 * work again when Jenkins was restarted meanwhile. So the work of a subclass has to be repeatable: whatever a first try has
 * left, whole or half, a second one finishes. Only what is needed to work again may be held in non-transient fields: they are
 * persisted with the build.
 *
 * @param <T> what the step returns: serializable, of this plugin's own classes or the JDK's
 */
public abstract class RestartableStepExecution<T> extends BackgroundStepExecution<T> {

    private static final long serialVersionUID = 1L;

    protected RestartableStepExecution(@NonNull StepContext context) {
        super(context);
    }

    /**
     * Does all the work. An interrupt asks it to stop.
     *
     * @throws MlopsException for what a user can act on; it ends the step with its message alone
     */
    protected abstract T work() throws IOException, InterruptedException;

    /** Steps of one lane, of all builds, work one after the other; those that wait hold no thread. Null for none. */
    @CheckForNull
    protected String lane() {
        return null;
    }

    @Override
    protected String doing() {
        return "working";
    }

    @Override
    final StepWork<T> begin() {
        return StepWork.beginOnController(getContext(), lane(), none -> work(), getContext());
    }
}
