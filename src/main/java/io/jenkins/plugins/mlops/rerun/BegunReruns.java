package io.jenkins.plugins.mlops.rerun;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Queue;
import hudson.model.Run;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionListener;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Has the queue on the disk forget a build that does a training again, once that build is saved: a controller that is killed before
 * Jenkins saves its queue would begin it a second time.
 */
@Extension
@Restricted(NoExternalUse.class)
public class BegunReruns extends FlowExecutionListener {

    private static final Logger LOGGER = Logger.getLogger(BegunReruns.class.getName());

    @Override
    public void onRunning(@NonNull FlowExecution execution) {
        try {
            if (execution.getOwner().getExecutable() instanceof Run<?, ?> run
                    && run.getAction(RerunAction.class) != null) {
                Queue.getInstance().save();
            }
        } catch (IOException e) {
            LOGGER.log(Level.FINE, "a build that begins is gone", e);
        }
    }
}
