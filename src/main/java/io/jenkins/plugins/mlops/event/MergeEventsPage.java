package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Action;
import hudson.model.Item;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import jenkins.model.Jenkins;
import jenkins.model.TransientActionFactory;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.StaplerProxy;

/**
 * The page of a job that tells what became of the last merges, and why one was not built: for those who may configure the job. Merges of
 * other repositories than the job's, which they may not be allowed to know of, it tells administrators alone.
 */
@Restricted(NoExternalUse.class)
public final class MergeEventsPage implements Action, StaplerProxy {

    /** How many are shown. */
    private static final int MOST = 100;

    private final WorkflowJob job;

    MergeEventsPage(WorkflowJob job) {
        this.job = job;
    }

    @Override
    public Object getTarget() {
        job.checkPermission(Item.CONFIGURE);
        return this;
    }

    @CheckForNull
    @Override
    public String getIconFileName() {
        return job.hasPermission(Item.CONFIGURE) ? "symbol-git-merge-outline plugin-ionicons-api" : null;
    }

    @Override
    public String getDisplayName() {
        return "Merge events";
    }

    @Override
    public String getUrlName() {
        return "mlops-merges";
    }

    public WorkflowJob getJob() {
        return job;
    }

    /** A merge, as the page shows it. */
    public record Row(
            KeptMerge merge, String outcome, @CheckForNull String build) {

        public String getAt() {
            return merge.received();
        }

        public Date getTime() {
            return Date.from(Instant.parse(merge.received()));
        }

        public String getLabel() {
            return merge.event().label();
        }

        public String getLink() {
            return merge.event().link();
        }

        public String getTitle() {
            return merge.event().title();
        }

        public String getTarget() {
            return merge.event().targetBranch();
        }

        public String getCommit() {
            return merge.event().mergeCommit();
        }

        public String getOutcome() {
            return outcome;
        }

        @CheckForNull
        public String getBuild() {
            return build;
        }
    }

    /** The newest first. */
    @NonNull
    public List<Row> getRows() {
        boolean all = Jenkins.get().hasPermission(Jenkins.ADMINISTER);
        List<BitbucketMergeTrigger> triggers = BitbucketMergeTrigger.of(job);
        List<KeptMerge> newest = new ArrayList<>(MergeInbox.get().kept());
        Collections.reverse(newest);
        return newest.stream()
                .filter(merge -> all || triggers.stream().anyMatch(trigger -> isOf(trigger, merge)))
                .limit(MOST)
                .map(merge -> row(merge, triggers))
                .toList();
    }

    private static boolean isOf(BitbucketMergeTrigger trigger, KeptMerge merge) {
        return merge.event().repository().toString().equalsIgnoreCase(trigger.getRepository());
    }

    private Row row(KeptMerge merge, List<BitbucketMergeTrigger> triggers) {
        Optional<JobOutcome> outcome = merge.outcome(job.getFullName());
        if (outcome.isPresent()) {
            String state =
                    switch (outcome.get().state()) {
                        case WAITING -> "waiting: ";
                        case QUEUED -> "in the queue: ";
                        case BUILT -> "built: ";
                        case NOT_WANTED -> "not built: ";
                        case REFUSED -> "refused: ";
                    };
            int build = outcome.get().build();
            return new Row(merge, state + outcome.get().sentence(), build == 0 ? null : Integer.toString(build));
        }
        for (BitbucketMergeTrigger trigger : triggers) {
            Optional<String> mismatch = trigger.mismatch(job, merge.server(), merge.event());
            if (mismatch.isPresent()) {
                return new Row(merge, "not built: " + mismatch.get(), null);
            }
        }
        return new Row(merge, merge.isEnded() ? merge.end() : "not looked at yet", null);
    }

    /** For jobs with the trigger. */
    @Extension
    public static final class OfJobs extends TransientActionFactory<WorkflowJob> {

        @Override
        public Class<WorkflowJob> type() {
            return WorkflowJob.class;
        }

        @NonNull
        @Override
        public Collection<? extends Action> createFor(@NonNull WorkflowJob job) {
            return BitbucketMergeTrigger.of(job).isEmpty() ? List.of() : List.of(new MergeEventsPage(job));
        }
    }
}
