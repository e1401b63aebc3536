package io.jenkins.plugins.mlops.rerun;

import io.jenkins.plugins.mlops.core.rerun.RerunKind;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;

/** Has the training of a build done again, as the button does. */
public final class TestReruns {

    private TestReruns() {}

    /** At what the job builds now. */
    public static void start(WorkflowRun original) {
        Rerun rerun = new Rerun(original);
        rerun.start(RerunKind.RETRAIN_COMMIT, Rerun.digest(rerun.plan(RerunKind.RETRAIN_COMMIT)), "once more");
    }
}
