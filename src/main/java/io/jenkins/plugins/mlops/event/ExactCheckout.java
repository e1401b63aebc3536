package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.SCMListener;
import hudson.plugins.git.BranchSpec;
import hudson.plugins.git.GitSCM;
import hudson.scm.SCM;
import hudson.scm.SCMRevisionState;
import io.jenkins.plugins.mlops.checkout.PinnedRevision;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/** Looks after each checkout of what was merged whether the workspace has exactly the merge commit, and fails the step if not. */
@Extension
public final class ExactCheckout extends SCMListener {

    @Override
    public void onCheckout(
            Run<?, ?> build,
            SCM scm,
            FilePath workspace,
            TaskListener listener,
            @CheckForNull File changelogFile,
            @CheckForNull SCMRevisionState pollingBaseline)
            throws Exception {
        MergeAction merge = build.getAction(MergeAction.class);
        if (merge == null || !(scm instanceof GitSCM git) || !isOfTheMerge(build, git, merge)) {
            return;
        }
        ObjectId head = git.createClient(TaskListener.NULL, build.getEnvironment(listener), build, workspace)
                .revParse("HEAD");
        if (!head.name().equals(merge.getMergeCommit())) {
            throw new AbortException(
                    "The workspace has the commit " + head.name() + " and not " + merge.getMergeCommit()
                            + ", which is the merge of " + merge.getLabel()
                            + ": take what changes it out of the checkout's behaviours, such as merging before the build");
        }
        listener.getLogger().println("Checked out exactly the merge of " + merge.getLabel());
    }

    /** A checkout of something else, or of another branch of the same repository, is the script's business. */
    private static boolean isOfTheMerge(@NonNull Run<?, ?> build, GitSCM git, MergeAction merge) throws IOException {
        PinnedRevision pinned = build.getAction(PinnedRevision.class);
        if (pinned != null) {
            return pinned.canOriginateFrom(git.getRepositories());
        }
        if (!(build.getParent() instanceof WorkflowJob job)) {
            return false;
        }
        Optional<MergedBranch> branch = MergedJob.of(job).branch();
        if (branch.isEmpty()) {
            return false;
        }
        GitSCM own = branch.get().checkoutOf(branch.get().revision(merge.getMergeCommit()));
        return own.getKey().equals(git.getKey()) && branches(own).equals(branches(git));
    }

    private static List<String> branches(GitSCM git) {
        return git.getBranches().stream().map(BranchSpec::getName).toList();
    }
}
