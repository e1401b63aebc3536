package io.jenkins.plugins.mlops.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.util.Objects;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * As {@link RestartableStepExecution}, for a step that works in the workspace of an agent: its work is also done again when the
 * connection to the agent was lost, as soon as the agent is back.
 *
 * @param <T> what the step returns: serializable, of this plugin's own classes or the JDK's
 */
public abstract class AgentStepExecution<T> extends BackgroundStepExecution<T> {

    private static final long serialVersionUID = 1L;

    private final AgentWorkspace workspace;

    /** @param context of a step inside of {@code node} */
    protected AgentStepExecution(@NonNull StepContext context) throws IOException, InterruptedException {
        super(context);
        this.workspace = Objects.requireNonNull(AgentWorkspace.of(context), "the step requires a workspace");
    }

    /**
     * Does all the work. An interrupt asks it to stop; calls to the agent hand it on. What it throws because the agent was lost
     * need not be handled.
     *
     * @param directory the workspace
     * @throws MlopsException for what a user can act on; it ends the step with its message alone
     */
    protected abstract T work(@NonNull FilePath directory) throws IOException, InterruptedException;

    /** Where it works. */
    @NonNull
    protected final AgentWorkspace workspace() {
        return workspace;
    }

    @Override
    protected String doing() {
        return "working";
    }

    @Override
    final StepWork<T> begin() {
        return StepWork.begin(getContext(), workspace, this::work, getContext());
    }
}
