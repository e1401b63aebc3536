package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Cause;
import hudson.model.TaskListener;

/** A pull request was merged. */
public final class MergeCause extends Cause {

    private final MergeAction merge;

    MergeCause(MergeAction merge) {
        this.merge = merge;
    }

    @NonNull
    public MergeAction getMerge() {
        return merge;
    }

    @Override
    public String getShortDescription() {
        String people = merge.getAuthor().isEmpty() ? "" : " by " + merge.getAuthor();
        if (!merge.getReviewers().isEmpty()) {
            people += ", reviewed by " + String.join(", ", merge.getReviewers());
        }
        return "Merge of " + merge.getLabel() + people + ": " + merge.getTitle();
    }

    /** On a line of its own, with the commit, and the address where logs show it as a link. */
    @Override
    public void print(TaskListener listener) {
        listener.getLogger().println(getShortDescription() + " (" + merge.getMergeCommit() + ") " + merge.getLink());
    }
}
