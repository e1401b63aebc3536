package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Action;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.util.Collection;
import java.util.List;
import jenkins.model.TransientActionFactory;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** What became of published versions. Those that no trigger of the job wants or that it may not read are told to administrators alone. */
@Restricted(NoExternalUse.class)
public final class VersionEventsPage extends EventsPage<KeptVersion, DatasetPublishedTrigger> {

    VersionEventsPage(WorkflowJob job) {
        super(job);
    }

    @Override
    VersionInbox inbox() {
        return VersionInbox.get();
    }

    @NonNull
    @Override
    public String getIcon() {
        return "symbol-file-tray-full-outline plugin-ionicons-api";
    }

    @Override
    public String getDisplayName() {
        return "Published datasets";
    }

    @Override
    public String getUrlName() {
        return "mlops-published";
    }

    @NonNull
    @Override
    public String getSubject() {
        return "Published versions";
    }

    @NonNull
    @Override
    public String getIntroduction() {
        return "The last versions of datasets that object stores told of, the newest first, and what became of them for this job.";
    }

    @NonNull
    @Override
    public String getNothing() {
        return "No object store has told of a published version yet";
    }

    @NonNull
    @Override
    public String getHint() {
        return "Whether one reaches Jenkins, its own log tells; which notifications are refused, the log of Jenkins.";
    }

    @NonNull
    @Override
    public List<String> getColumns() {
        return List.of("Dataset", "Object store", "Version");
    }

    @Override
    List<Cell> cells(KeptVersion version) {
        return List.of(
                Cell.text(version.event().name(), version.event().manifest().toString()),
                Cell.text(version.store(), ""),
                Cell.id(version.event().content().toString(), "version"));
    }

    @Override
    boolean mayKnow(KeptVersion version, List<DatasetPublishedTrigger> triggers) {
        return JobPolicy.of(getJob()).allowsLocation(version.event().manifest())
                && triggers.stream()
                        .anyMatch(trigger ->
                                inbox().mismatch(getJob(), trigger, version).isEmpty());
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
            return VersionInbox.get().triggers(job).isEmpty() ? List.of() : List.of(new VersionEventsPage(job));
        }
    }
}
