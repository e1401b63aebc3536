package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Action;
import java.util.Collection;
import java.util.List;
import jenkins.model.TransientActionFactory;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** What became of merges. Those of other repositories than the job's are told to administrators alone. */
@Restricted(NoExternalUse.class)
public final class MergeEventsPage extends EventsPage<KeptMerge, BitbucketMergeTrigger> {

    MergeEventsPage(WorkflowJob job) {
        super(job);
    }

    @Override
    MergeInbox inbox() {
        return MergeInbox.get();
    }

    @NonNull
    @Override
    public String getIcon() {
        return "symbol-git-merge-outline plugin-ionicons-api";
    }

    @Override
    public String getDisplayName() {
        return "Merge events";
    }

    @Override
    public String getUrlName() {
        return "mlops-merges";
    }

    @NonNull
    @Override
    public String getSubject() {
        return "Merges";
    }

    @NonNull
    @Override
    public String getIntroduction() {
        return "The last merges that Bitbucket told of, the newest first, and what became of them for this job.";
    }

    @NonNull
    @Override
    public String getNothing() {
        return "Bitbucket has told of no merge yet";
    }

    @NonNull
    @Override
    public String getHint() {
        return "Whether it reaches Jenkins, the page of its webhook tells; which events are refused, the log of Jenkins.";
    }

    @NonNull
    @Override
    public List<String> getColumns() {
        return List.of("Merge", "Into", "Commit");
    }

    @Override
    List<Cell> cells(KeptMerge merge) {
        return List.of(
                new Cell(merge.label(), merge.event().link(), merge.event().title(), ""),
                Cell.text(merge.event().targetBranch(), ""),
                Cell.id(merge.event().mergeCommit(), "commit"));
    }

    @Override
    boolean mayKnow(KeptMerge merge, List<BitbucketMergeTrigger> triggers) {
        String repository = merge.event().repository().toString();
        return triggers.stream().anyMatch(trigger -> repository.equalsIgnoreCase(trigger.getRepository()));
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
            return MergeInbox.get().triggers(job).isEmpty() ? List.of() : List.of(new MergeEventsPage(job));
        }
    }
}
