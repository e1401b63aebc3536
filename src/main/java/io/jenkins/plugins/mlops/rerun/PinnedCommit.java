package io.jenkins.plugins.mlops.rerun;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import hudson.model.Failure;
import hudson.model.Run;
import hudson.plugins.git.util.BuildData;
import io.jenkins.plugins.mlops.checkout.PinnedRevision;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import java.util.List;
import jenkins.scm.api.SCMRevisionAction;

/** Has a build check out the commit of a plan where the other build checked out what it trained. */
final class PinnedCommit {

    private PinnedCommit() {}

    /**
     * In a multibranch job it is the revision of the branch; elsewhere a checkout by Git of the plan's repository takes the commit. That
     * it really was trained is seen when the training begins.
     *
     * @throws Failure when the repository is not one that the build has checked out
     */
    static List<? extends Action> of(@NonNull Run<?, ?> build, @NonNull RerunPlan plan) {
        List<SCMRevisionAction> revisions = build.getActions(SCMRevisionAction.class);
        if (!revisions.isEmpty()) {
            return revisions;
        }
        for (BuildData data : build.getActions(BuildData.class)) {
            if (data.getRemoteUrls().stream().anyMatch(plan::isRepository)) {
                return List.of(new PinnedRevision(plan.commit(), data.getRemoteUrls()));
            }
        }
        throw new Failure("The build has not checked out " + plan.repository()
                + " by Git as the record says, so that Jenkins cannot be told to check out the commit "
                + plan.commit());
    }
}
