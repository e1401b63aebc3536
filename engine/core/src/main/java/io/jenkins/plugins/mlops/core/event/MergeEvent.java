package io.jenkins.plugins.mlops.core.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.RepositoryId;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A pull request was merged. All texts come from users of the server and are shown escaped only.
 *
 * @param repository the one that was merged into
 * @param pullRequest 1 or more
 * @param sourceBranch without {@code refs/heads/}
 * @param sourceCommit what was merged, as long as the payload says it; "" when it does not
 * @param targetBranch without {@code refs/heads/}
 * @param mergeCommit what the merge left on the target branch, in full or, from Cloud, the first 12 digits; "" when the payload does
 *     not say it
 * @param link the pull request's page; "" for none that a browser may open
 * @param remotes addresses under which the repository is cloned
 * @param time when the server says that it happened, in ISO 8601; "" in what an older version kept
 */
public record MergeEvent(
        @JsonProperty(required = true) BitbucketKind kind,
        @JsonProperty(required = true) RepositoryId repository,
        @JsonProperty(required = true) long pullRequest,
        @JsonProperty(required = true) String title,
        @JsonProperty(required = true) String sourceBranch,
        @JsonProperty(required = true) String sourceCommit,
        @JsonProperty(required = true) String targetBranch,
        @JsonProperty(required = true) String mergeCommit,
        @JsonProperty(required = true) String author,
        @JsonProperty(required = true) List<String> reviewers,
        @JsonProperty(required = true) String link,
        @JsonProperty(required = true) List<String> remotes,
        String time) {

    /** How many digits of the merge commit Cloud tells. */
    private static final int SHORT = 12;

    public MergeEvent {
        Objects.requireNonNull(kind, "kind");
        reviewers = List.copyOf(reviewers);
        remotes = List.copyOf(remotes);
        time = Objects.requireNonNullElse(time, "");
    }

    /**
     * What is the same in every delivery of this merge, and in no other: server, repository, pull request and merge commit. The
     * commit tells apart the pull requests of repositories that were deleted and made again; its first digits do, so that an event
     * is the same before and after the commit is known in full.
     *
     * @param server the name under which the server is configured
     */
    public String identity(String server) {
        String commit = mergeCommit.substring(0, Math.min(SHORT, mergeCommit.length()));
        String merge = String.join(
                "\n", server, repository.toString().toLowerCase(Locale.ROOT), Long.toString(pullRequest), commit);
        return Digest.of(merge).hex();
    }

    /** The same with the commits as the server says them. */
    public MergeEvent with(String source, String merge) {
        return new MergeEvent(
                kind,
                repository,
                pullRequest,
                title,
                sourceBranch,
                source,
                targetBranch,
                merge,
                author,
                reviewers,
                link,
                remotes,
                time);
    }

    /** Whether {@link #mergeCommit} is all of it: SHA-1 or SHA-256. */
    @JsonIgnore
    public boolean isExact() {
        return isFull(mergeCommit);
    }

    /** Whether {@link #sourceCommit} is some of it and not all. */
    @JsonIgnore
    public boolean isSourceShort() {
        return !sourceCommit.isEmpty() && !isFull(sourceCommit);
    }

    private static boolean isFull(String commit) {
        return commit.length() == 40 || commit.length() == 64;
    }

    /** How sentences call it: "pull request 7 of ML/trainer". */
    public String label() {
        return "pull request " + pullRequest + " of " + repository;
    }
}
