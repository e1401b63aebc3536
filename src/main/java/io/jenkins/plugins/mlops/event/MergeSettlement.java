package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import hudson.model.CauseAction;
import hudson.model.Run;
import io.jenkins.plugins.mlops.checkout.PinnedRevision;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.bitbucket.ChangedFiles;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import io.jenkins.plugins.mlops.core.event.PathPattern;
import io.jenkins.plugins.mlops.report.MergeReports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Decides for one job after the other what becomes of a merge whose commit is known. Whichever comes first, the branch source's own
 * build of the commit or the merge, makes the build. The merge notes first with the branch source that the commit is scheduled
 * ({@link MergedJob#noteScheduled}), lets a while go by, and looks then for builds of the same commit: one that is there, or about to be, is
 * adopted ({@link MergedBuilds}). The branch source compares first and schedules then, so that either it sees the note or its build
 * is seen here.
 */
final class MergeSettlement implements EventInbox.Settlement<BitbucketMergeTrigger> {

    private static final Logger LOGGER = Logger.getLogger(MergeSettlement.class.getName());

    /** What is said of a build of a merge. */
    static final String EXACTLY = "exactly the merge commit";

    private final KeptMerge merge;
    private final MergeEvent event;

    /** Asked once, for the first job that judges by files. */
    private ChangedFiles files;

    /** Why {@link #files} cannot be told; null when they can. */
    private String unknownFiles;

    MergeSettlement(KeptMerge merge) {
        this.merge = merge;
        this.event = merge.event();
    }

    @NonNull
    @Override
    public JobOutcome settle(EventInbox.Wanting<BitbucketMergeTrigger> wanting)
            throws IOException, InterruptedException {
        MergedJob job = MergedJob.of(wanting.job());
        String name = wanting.job().getFullName();
        MergedBuilds builds = new MergedBuilds(job, event.mergeCommit(), remotes(job));
        Optional<JobOutcome> begun = builds.ofMerge().begun(merge.outcome(name), EXACTLY);
        if (begun.isPresent()) {
            return begun.get();
        }
        String note = wantedFiles(wanting);
        if (note == null) {
            return new JobOutcome(
                    name,
                    JobOutcome.State.NOT_WANTED,
                    "none of the changed files is one of "
                            + String.join(", ", wanting.trigger().getPaths()),
                    0);
        }
        Optional<Run<?, ?>> adopted = builds.onCommit();
        if (adopted.isPresent()) {
            return adopt(adopted.get(), action(wanting), note);
        }
        if (builds.isUndecided() || isNews(job)) {
            return new JobOutcome(
                    name,
                    JobOutcome.State.WAITING,
                    "waits for a build of the branch source, which may be of the same commit",
                    0);
        }
        return schedule(job, builds, action(wanting), note);
    }

    private List<String> remotes(MergedJob job) {
        List<String> remotes = new ArrayList<>(event.remotes());
        remotes.addAll(job.remotes());
        return remotes;
    }

    private MergeAction action(EventInbox.Wanting<BitbucketMergeTrigger> wanting) {
        return new MergeAction(
                merge.id(), merge.server(), event, wanting.trigger().isReport());
    }

    private JobOutcome adopt(Run<?, ?> build, MergeAction action, String note) throws IOException {
        build.addAction(action);
        build.addAction(new CauseAction(new MergeCause(action)));
        build.save();
        MergeReports.begin(build, action);
        return new JobOutcome(
                build.getParent().getFullName(),
                JobOutcome.State.BUILT,
                "by the build of the same commit that was there already" + note,
                build.getNumber());
    }

    private JobOutcome schedule(MergedJob job, MergedBuilds builds, MergeAction action, String note) {
        List<Action> actions =
                new ArrayList<>(List.of(new CauseAction(new MergeCause(action)), action, new MergeFlow()));
        if (!job.isBranch()) {
            actions.add(new PinnedRevision(event.mergeCommit(), remotes(job)));
        }
        return builds.ofMerge().schedule(EXACTLY + note, actions);
    }

    /**
     * Whether the branch source was only just told that the commit is being built. It may have looked before, and be about to start a
     * build of its own, which is seen when it is looked for once more a while later.
     */
    private boolean isNews(MergedJob job) throws InterruptedException {
        if (!job.job().isBuildable()) {
            return false;
        }
        try {
            return job.noteScheduled(event.mergeCommit());
        } catch (IOException | RuntimeException e) {
            LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> "The branch source of " + job.job().getFullName() + " may build the merge a second time");
            return false;
        }
    }

    /** What is to be said of the files of a merge that is wanted; null when it is not. */
    private String wantedFiles(EventInbox.Wanting<BitbucketMergeTrigger> wanting) {
        List<PathPattern> patterns = wanting.trigger().patterns();
        if (patterns.isEmpty()) {
            return "";
        }
        askForFiles();
        if (unknownFiles != null) {
            return "; which files it changes is not known (" + unknownFiles + ")";
        }
        boolean matches =
                files.paths().stream().anyMatch(path -> patterns.stream().anyMatch(pattern -> pattern.matches(path)));
        if (matches) {
            return "";
        }
        return files.complete() ? null : "; it changes more files than are looked at";
    }

    private void askForFiles() {
        if (files == null && unknownFiles == null) {
            try {
                files = MergeLookup.of(merge.server()).files(event);
            } catch (MlopsException e) {
                unknownFiles = e.getMessage();
            }
        }
    }
}
