package io.jenkins.plugins.mlops.core.bitbucket;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.time.Duration;
import java.util.Optional;

/**
 * A Bitbucket server. Every method asks it anew, may be repeated, and tries again what fails in passing: time-outs, HTTP 429 (as
 * late as the server asks), 409 and 5xx. What is left is an {@link MlopsException} of one sentence: of kind UNREACHABLE when a later call
 * may succeed ({@link RetryPolicy.Transient#askedWait(Throwable)} says how much later the server wants it), REFUSED when the credentials or
 * their permissions do not suffice, FAILED for whatever else the server says, USAGE for what no server could be asked. Thread-safe.
 */
public interface Bitbucket extends AutoCloseable {

    /** A connection that tries again; to be closed. */
    static Bitbucket connect(BitbucketSettings settings) {
        return connect(settings, RetryPolicy.DEFAULT);
    }

    /** As {@link #connect(BitbucketSettings)}. */
    static Bitbucket connect(BitbucketSettings settings, RetryPolicy retry) {
        return connect(settings, retry, BitbucketRest.ANSWER_TIMEOUT);
    }

    /**
     * As {@link #connect(BitbucketSettings)}.
     *
     * @param answerTimeout how long the server may be silent
     */
    static Bitbucket connect(BitbucketSettings settings, RetryPolicy retry, Duration answerTimeout) {
        BitbucketRest rest = new BitbucketRest(settings, retry, answerTimeout);
        return switch (settings.kind()) {
            case DATA_CENTER -> new DataCenter(rest);
            case CLOUD -> new Cloud(rest);
        };
    }

    /**
     * The version of a Data Center, such as {@code 8.19.1}; empty for Cloud, which has none. Something else at the address is FAILED.
     * Data Center refuses credentials that it does not know; Cloud does not look at them for this.
     */
    Optional<String> version();

    /** Fails unless the repository is there and may be read. */
    void checkReadable(RepositoryId repository);

    /**
     * The full hash of a commit; empty when the repository has no such commit, or does not show it yet.
     *
     * @param hash 7 or more of its hexadecimal digits
     */
    Optional<String> fullHash(RepositoryId repository, String hash);

    /** Empty when the repository has no such pull request. */
    Optional<PullRequest> pullRequest(RepositoryId repository, long id);

    /**
     * What a commit changes against its first parent.
     *
     * @param commit its full hash
     * @param most paths that are read, 1 or more
     */
    ChangedFiles commitFiles(RepositoryId repository, String commit, int most);

    /** What a pull request changes, merged or not; as {@link #commitFiles}. */
    ChangedFiles pullRequestFiles(RepositoryId repository, long id, int most);

    /** Says how a build of a commit is, in place of what was said under the same key. */
    void setBuildStatus(RepositoryId repository, String commit, BuildStatus status);

    /** Puts a report on a commit, in place of what stands under the same key. */
    void putReport(RepositoryId repository, String commit, CodeReport report);

    /**
     * Writes the comment, or brings the one that is there up to date, by this protocol:
     *
     * <ol>
     *   <li><b>search</b>: all comments are read, for those with the sender's marker. A search that cannot be finished is a failure,
     *       since a second comment would be worse;
     *   <li><b>found</b>: a comment of a higher order, or with the same text, is left as it is. Else it is updated, on the condition
     *       that it is still the version that was read; where it is not (409) or is gone (404), the search begins anew. One that may not
     *       be changed (somebody copied the marker) is passed over;
     *   <li><b>none</b>: it is created. When the answer to that is lost, the next try begins with the search and finds what was
     *       created.
     * </ol>
     *
     * <p>Two calls at the same time can create two; callers send to one pull request one after the other.
     */
    void putComment(RepositoryId repository, long pullRequest, StickyComment comment);

    @Override
    void close();
}
