package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.bitbucket.Bitbucket;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketSettings;
import io.jenkins.plugins.mlops.core.bitbucket.ChangedFiles;
import io.jenkins.plugins.mlops.core.bitbucket.PullRequest;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.time.Duration;
import java.util.Optional;

/** What a merge's event leaves open, asked of the server that it came from. */
record MergeLookup(BitbucketSettings server) {

    /** A merge that touches more files is not judged by them. */
    private static final int MOST_FILES = 5000;

    /** Whoever waits for an answer tries again by himself. */
    private static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);

    /** @throws MlopsException of kind USAGE when it is not configured any more */
    @NonNull
    static MergeLookup of(String server) {
        return new MergeLookup(MlopsConfiguration.get().bitbucketServer(server).settings(null));
    }

    /**
     * The event with its merge commit in full; the source's is, too, where the merged repository has it, which after a squash it may not.
     *
     * @throws MlopsException as {@link Bitbucket} says, and of kind FAILED when the commit is not to be seen yet
     */
    @NonNull
    MergeEvent exact(MergeEvent event) {
        try (Bitbucket bitbucket = Bitbucket.connect(server, ONCE)) {
            Optional<String> commit = event.mergeCommit().isEmpty()
                    ? bitbucket
                            .pullRequest(event.repository(), event.pullRequest())
                            .map(PullRequest::mergeCommit)
                    : bitbucket.fullHash(event.repository(), event.mergeCommit());
            String merge = commit.filter(found -> !found.isEmpty())
                    .orElseThrow(() -> MlopsException.failed("Bitbucket does not say the merge commit of "
                            + event.label() + (event.mergeCommit().isEmpty() ? "" : ", " + event.mergeCommit())));
            Optional<String> source = event.isSourceShort()
                    ? bitbucket.fullHash(event.repository(), event.sourceCommit())
                    : Optional.empty();
            return event.with(source.orElse(event.sourceCommit()), merge);
        }
    }

    /** @throws MlopsException as {@link Bitbucket} says */
    @NonNull
    ChangedFiles files(MergeEvent event) {
        try (Bitbucket bitbucket = Bitbucket.connect(server)) {
            return bitbucket.pullRequestFiles(event.repository(), event.pullRequest(), MOST_FILES);
        }
    }
}
