package io.jenkins.plugins.mlops.event;

import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.RepositoryId;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import java.util.List;

/** Merges for tests of what follows from them. */
public final class TestMerges {

    private TestMerges() {}

    /**
     * As a build carries it.
     *
     * @param report what its trigger says of reports
     */
    public static MergeAction action(
            String server, RepositoryId repository, long pull, String source, String merge, boolean report) {
        MergeEvent event = new MergeEvent(
                BitbucketKind.DATA_CENTER,
                repository,
                pull,
                "Better labels",
                "feature/x",
                source,
                "main",
                merge,
                "Ann Author",
                List.of("Rob Reviewer"),
                "https://bitbucket.example/pull-requests/" + pull,
                List.of(),
                "2026-11-28T18:00:00Z");
        return new MergeAction(event.identity(server), server, event, report);
    }
}
