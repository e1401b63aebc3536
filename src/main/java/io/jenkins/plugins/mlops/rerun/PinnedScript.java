package io.jenkins.plugins.mlops.rerun;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Action;
import hudson.model.Failure;
import hudson.model.InvisibleAction;
import hudson.model.Queue;
import hudson.model.Run;
import java.io.IOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.scriptsecurity.scripts.ScriptApproval;
import org.jenkinsci.plugins.scriptsecurity.scripts.UnapprovedUsageException;
import org.jenkinsci.plugins.scriptsecurity.scripts.languages.GroovyLanguage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowExecution;
import org.jenkinsci.plugins.workflow.cps.CpsFlowFactoryAction2;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayCause;
import org.jenkinsci.plugins.workflow.flow.DurabilityHintProvider;
import org.jenkinsci.plugins.workflow.flow.FlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;

/**
 * Has a build run the script that another build of the job ran, in place of the one that its branch has now: with a lightweight checkout
 * or in a multibranch job, Jenkins would read the Jenkinsfile at the tip. The script was trusted when the other build ran: it stays in the
 * sandbox if it was there, and has to be approved still if it was not.
 */
final class PinnedScript extends InvisibleAction implements CpsFlowFactoryAction2, Queue.QueueAction {

    private static final Logger LOGGER = Logger.getLogger(PinnedScript.class.getName());

    /** Null once the build has begun, which keeps it itself. */
    private String script;

    private final boolean sandbox;

    private PinnedScript(String script, boolean sandbox) {
        this.script = script;
        this.sandbox = sandbox;
    }

    /** @throws Failure that says why what the build ran cannot be run again */
    static PinnedScript of(@NonNull Run<?, ?> build) {
        ReplayCause replay = build.getCause(ReplayCause.class);
        if (replay != null && !replay.isRebuilt()) {
            throw new Failure("This build was replayed, perhaps with a changed script, so what it ran is in no commit:"
                    + " start from the build that was replayed");
        }
        CpsFlowExecution execution = execution(build);
        String script = execution.getScript();
        if (!execution.isSandbox()) {
            try {
                ScriptApproval.get().using(script, GroovyLanguage.get());
            } catch (UnapprovedUsageException e) {
                throw new Failure("The script of this build is not approved any more");
            }
        }
        return new PinnedScript(script, execution.isSandbox());
    }

    /** After a restart of Jenkins it is read from the disk when it is asked for. */
    private static CpsFlowExecution execution(Run<?, ?> build) {
        if (build instanceof FlowExecutionOwner.Executable executable) {
            try {
                FlowExecutionOwner owner = executable.asFlowExecutionOwner();
                if (owner != null && owner.get() instanceof CpsFlowExecution pipeline && pipeline.getScript() != null) {
                    return pipeline;
                }
            } catch (IOException e) {
                LOGGER.log(Level.FINE, e, () -> "the program of " + build + " cannot be read");
            }
        }
        throw new Failure("What this build ran is not known any more: only a build of a Pipeline whose program is kept"
                + " can be done again");
    }

    @Override
    public CpsFlowExecution create(FlowDefinition definition, FlowExecutionOwner owner, List<? extends Action> actions)
            throws IOException {
        if (script == null || !(owner.getExecutable() instanceof Run<?, ?> build)) {
            throw new AbortException("The script that this build was to run is gone");
        }
        String run = script;
        script = null; // the build keeps it
        return new CpsFlowExecution(run, sandbox, owner, DurabilityHintProvider.suggestedFor(build.getParent()));
    }

    @Override
    public boolean shouldSchedule(List<Action> actions) {
        return true;
    }
}
