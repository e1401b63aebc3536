package io.jenkins.plugins.mlops.core.bitbucket;

import java.util.List;

/**
 * A pull request as the server has it now. All texts come from its users and are shown escaped only.
 *
 * @param state OPEN, MERGED, DECLINED or, on Cloud, SUPERSEDED
 * @param sourceBranch without {@code refs/heads/}; may be gone
 * @param sourceCommit last commit of the source, in full where the server says it in full
 * @param targetBranch without {@code refs/heads/}
 * @param mergeCommit the commit that the merge left on the target branch, in full; null while it is not merged, and where the server
 *     does not say it
 * @param author of the pull request
 * @param reviewers in the server's order
 * @param link its page; "" when the server does not say it
 */
public record PullRequest(
        long id,
        String title,
        String state,
        String sourceBranch,
        String sourceCommit,
        String targetBranch,
        String mergeCommit,
        BitbucketUser author,
        List<BitbucketUser> reviewers,
        String link) {

    public PullRequest {
        reviewers = List.copyOf(reviewers);
    }

    public boolean isMerged() {
        return state.equals("MERGED");
    }
}
