package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.Extension;
import hudson.model.EnvironmentContributor;
import hudson.model.Run;
import hudson.model.TaskListener;

/** Tells the scripts of a build what was merged. */
@Extension
public final class MergeEnvironment extends EnvironmentContributor {

    @Override
    public void buildEnvironmentFor(
            @SuppressWarnings("rawtypes") @NonNull Run run,
            @NonNull EnvVars environment,
            @NonNull TaskListener listener) {
        MergeAction merge = ((Run<?, ?>) run).getAction(MergeAction.class);
        if (merge == null) {
            return;
        }
        environment.put("MLOPS_MERGE_COMMIT", merge.getMergeCommit());
        environment.put("MLOPS_PULL_REQUEST_ID", Long.toString(merge.getPullRequest()));
        environment.put("MLOPS_PULL_REQUEST_REPOSITORY", merge.getProject() + "/" + merge.getSlug());
        environment.put("MLOPS_PULL_REQUEST_TITLE", merge.getTitle());
        environment.put("MLOPS_PULL_REQUEST_AUTHOR", merge.getAuthor());
        environment.put("MLOPS_PULL_REQUEST_REVIEWERS", String.join(",", merge.getReviewers()));
        environment.put("MLOPS_PULL_REQUEST_LINK", merge.getLink());
        environment.put("MLOPS_PULL_REQUEST_SOURCE_BRANCH", merge.getSourceBranch());
        environment.put("MLOPS_PULL_REQUEST_SOURCE_COMMIT", merge.getSourceCommit());
        environment.put("MLOPS_PULL_REQUEST_TARGET_BRANCH", merge.getTargetBranch());
    }
}
