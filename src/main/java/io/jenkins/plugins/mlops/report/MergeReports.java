package io.jenkins.plugins.mlops.report;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import io.jenkins.plugins.mlops.event.MergeAction;

/** Has builds reported that came from a merge, unless their trigger says otherwise. */
@Extension
public class MergeReports extends RunListener<Run<?, ?>> {

    @Override
    public void onStarted(Run<?, ?> run, TaskListener listener) {
        MergeAction merge = run.getAction(MergeAction.class);
        if (merge != null) {
            begin(run, merge);
        }
    }

    /**
     * Has a build reported from now on, which may run or have ended. It only notes what is to be told, so it may be called from anywhere,
     * and again.
     */
    public static void begin(@NonNull Run<?, ?> run, @NonNull MergeAction merge) {
        if (!merge.isReported()) {
            return;
        }
        BuildReports.begin(
                run,
                new ReportTarget(
                        merge.getServer(),
                        merge.getProject(),
                        merge.getSlug(),
                        merge.getMergeCommit(),
                        source(merge),
                        merge.getPullRequest(),
                        merge.getTargetBranch()));
    }

    /** Null where it is not known in full, or is what was merged. */
    private static String source(MergeAction merge) {
        String source = merge.getSourceCommit();
        boolean another = source.length() == merge.getMergeCommit().length() && !source.equals(merge.getMergeCommit());
        return another ? source : null;
    }
}
