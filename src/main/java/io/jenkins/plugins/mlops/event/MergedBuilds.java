package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Cause;
import hudson.model.Result;
import hudson.model.Run;
import hudson.plugins.git.Revision;
import hudson.plugins.git.util.BuildData;
import hudson.triggers.SCMTrigger;
import io.jenkins.plugins.mlops.checkout.RepositoryAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import jenkins.branch.BranchEventCause;
import jenkins.branch.BranchIndexingCause;
import jenkins.scm.api.SCMRevisionAction;

/** The builds of a job that may be those of a merge: its own, and those that something else has started on the same commit. */
final class MergedBuilds {

    /** A build that does not say its commit by then has none to say. */
    private static final Duration YOUNG = Duration.ofMinutes(1);

    private final MergedJob job;
    private final EventBuilds builds;
    private final String commit;
    private final List<String> remotes;

    /** @param remotes addresses of the merged repository, for jobs that are no branch */
    MergedBuilds(MergedJob job, String commit, List<String> remotes) {
        this.job = job;
        this.builds = new EventBuilds(
                job.job(),
                action -> action instanceof MergeAction merge
                        && merge.getMergeCommit().equals(commit));
        this.commit = commit;
        this.remotes = remotes;
    }

    /** Its own: those of the commit's merge, whichever pull request that was. */
    EventBuilds ofMerge() {
        return builds;
    }

    /** A build that another cause started on exactly this commit, and that was not broken off. */
    Optional<Run<?, ?>> onCommit() {
        return builds.newest().stream()
                .filter(build -> commit(build).filter(commit::equals).isPresent())
                .filter(build -> build.getResult() != Result.ABORTED && build.getResult() != Result.NOT_BUILT)
                .findFirst();
    }

    /** Whether a build that the source's own events started may turn out to be of this commit, and is to be waited for. */
    boolean isUndecided() {
        boolean scheduled = job.scheduledCommit().filter(commit::equals).isPresent();
        if (job.isBranch() && !scheduled) {
            return false;
        }
        return scheduled
                        && builds.queue().stream()
                                .anyMatch(item ->
                                        item.getAction(MergeAction.class) == null && isAutomatic(item.getCauses()))
                || builds.newest().stream()
                        .filter(Run::isBuilding)
                        .filter(build -> Instant.ofEpochMilli(build.getStartTimeInMillis())
                                .isAfter(Instant.now().minus(YOUNG)))
                        .anyMatch(build ->
                                isAutomatic(build.getCauses()) && commit(build).isEmpty());
    }

    private static boolean isAutomatic(List<Cause> causes) {
        return !causes.isEmpty()
                && causes.stream()
                        .allMatch(cause -> cause instanceof BranchEventCause
                                || cause instanceof BranchIndexingCause
                                || cause instanceof SCMTrigger.SCMTriggerCause);
    }

    private Optional<String> commit(@NonNull Run<?, ?> build) {
        if (job.branch().isPresent()) {
            return MergedJob.hash(
                    SCMRevisionAction.getRevision(job.branch().get().source(), build));
        }
        return build.getActions(BuildData.class).stream()
                .filter(data -> data.lastBuild != null && data.lastBuild.getBuildNumber() == build.getNumber())
                .filter(data -> data.getRemoteUrls().stream().anyMatch(url -> RepositoryAddress.isAmong(url, remotes)))
                .map(BuildData::getLastBuiltRevision)
                .filter(Objects::nonNull)
                .map(Revision::getSha1String)
                .findFirst();
    }
}
