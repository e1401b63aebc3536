package io.jenkins.plugins.mlops.rerun;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import hudson.model.Failure;
import hudson.model.Run;
import hudson.plugins.git.RevisionParameterAction;
import hudson.plugins.git.util.BuildData;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import java.net.URISyntaxException;
import java.util.List;
import jenkins.scm.api.SCMRevisionAction;
import org.eclipse.jgit.transport.URIish;

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
            for (String remote : data.getRemoteUrls()) {
                if (plan.isRepository(remote)) {
                    return List.of(new RevisionParameterAction(plan.commit(), uri(remote)));
                }
            }
        }
        throw new Failure("The build has not checked out " + plan.repository()
                + " by Git as the record says, so that Jenkins cannot be told to check out the commit "
                + plan.commit());
    }

    private static URIish uri(String remote) {
        try {
            return new URIish(remote);
        } catch (URISyntaxException e) {
            throw new Failure("The address of the repository cannot be read: " + e.getMessage());
        }
    }
}
