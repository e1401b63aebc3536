package io.jenkins.plugins.mlops.event;

import hudson.model.Action;
import hudson.model.CauseAction;
import hudson.model.Queue;
import hudson.model.Run;
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
import jenkins.model.ParameterizedJobMixIn;

/**
 * Decides for one job after the other what becomes of a merge whose commit is known. Whichever comes first, the branch source's own
 * build of the commit or the merge, makes the build: one that is there, or about to be, is adopted ({@link MergedBuilds}), and a merge that
 * is built is noted with the branch source as scheduled ({@link MergedJob#noteScheduled}).
 */
final class MergeSettlement {

    private static final Logger LOGGER = Logger.getLogger(MergeSettlement.class.getName());

    private static final String EXACTLY = "exactly the merge commit";

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

    JobOutcome settle(BitbucketMergeTrigger.Wanting wanting) throws IOException, InterruptedException {
        MergedJob job = MergedJob.of(wanting.job());
        String name = wanting.job().getFullName();
        Optional<JobOutcome> before = merge.outcome(name);
        if (before.filter(JobOutcome::isFinal).isPresent()) {
            return before.get();
        }
        MergedBuilds builds = new MergedBuilds(job, event.mergeCommit(), remotes(job));
        // The queue first: what leaves it while this looks is then among the builds.
        if (builds.isQueued()) {
            return before.orElse(new JobOutcome(name, JobOutcome.State.QUEUED, EXACTLY, 0));
        }
        Optional<Run<?, ?>> same = builds.ofMerge();
        if (same.isPresent()) {
            return before.orElse(new JobOutcome(name, JobOutcome.State.BUILT, EXACTLY, 0))
                    .startedAs(same.get().getNumber());
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
        if (builds.isUndecided()) {
            return new JobOutcome(
                    name,
                    JobOutcome.State.WAITING,
                    "waits for a build of the branch source, which may be of the same commit",
                    0);
        }
        return schedule(job, action(wanting), note);
    }

    private List<String> remotes(MergedJob job) {
        List<String> remotes = new ArrayList<>(event.remotes());
        remotes.addAll(job.remotes());
        return remotes;
    }

    private MergeAction action(BitbucketMergeTrigger.Wanting wanting) {
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

    private JobOutcome schedule(MergedJob job, MergeAction action, String note)
            throws IOException, InterruptedException {
        String name = job.job().getFullName();
        List<Action> actions =
                new ArrayList<>(List.of(new CauseAction(new MergeCause(action)), action, new MergeFlow()));
        if (!job.isBranch()) {
            actions.add(new MergeRevision(event.mergeCommit(), remotes(job)));
        }
        Queue.Item item = ParameterizedJobMixIn.scheduleBuild2(job.job(), 0, actions.toArray(Action[]::new));
        if (item == null) {
            return new JobOutcome(
                    name, JobOutcome.State.REFUSED, "Jenkins takes no build of this job now: is it disabled?", 0);
        }
        try {
            job.noteScheduled(event.mergeCommit());
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "The branch source of " + name + " may build the merge a second time");
        }
        return new JobOutcome(name, JobOutcome.State.QUEUED, EXACTLY + note, 0);
    }

    /** What is to be said of the files of a merge that is wanted; null when it is not. */
    private String wantedFiles(BitbucketMergeTrigger.Wanting wanting) {
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
