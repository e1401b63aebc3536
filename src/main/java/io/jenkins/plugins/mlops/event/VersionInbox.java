package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.CauseAction;
import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.event.PublishedEvent;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/**
 * The published versions of datasets. Known is one when its manifest was read from the object store: a manifest is written last, so all of the version is
 * there then. Every version is built, however fast they follow each other, and no version twice. What a job may not read, it is not
 * started for.
 */
@Extension
public final class VersionInbox extends EventInbox<KeptVersion, DatasetPublishedTrigger> {

    private static final String EXACTLY = "exactly this version";

    public VersionInbox() {
        super(
                DatasetPublishedTrigger.class,
                new Notes<>("published-versions", KeptVersion.class, "a published version of a dataset"));
    }

    @NonNull
    static VersionInbox get() {
        return ExtensionList.lookupSingleton(VersionInbox.class);
    }

    /** As {@link #take(KeptEvent)}. */
    @NonNull
    EventAnswer take(String store, PublishedEvent event) {
        return take(new KeptVersion(
                event.identity(store), store, event, Instant.now().toString(), "", List.of()));
    }

    @NonNull
    @Override
    Optional<String> mismatch(WorkflowJob job, DatasetPublishedTrigger trigger, KeptVersion version) {
        return trigger.mismatch(job, version.store(), version.event());
    }

    @NonNull
    @Override
    KeptVersion known(KeptVersion version) {
        PublishedManifest.require(version.store(), version.event());
        return version;
    }

    @NonNull
    @Override
    Settlement<DatasetPublishedTrigger> settlement(KeptVersion version) {
        return wanting -> settle(version, wanting.job());
    }

    @NonNull
    @Override
    String exactly() {
        return EXACTLY;
    }

    private static JobOutcome settle(KeptVersion version, WorkflowJob job) {
        String name = job.getFullName();
        VersionAction action = new VersionAction(version.id(), version.store(), version.event());
        EventBuilds builds = new EventBuilds(job, action::isSame);
        Optional<JobOutcome> begun = builds.begun(version.outcome(name), EXACTLY);
        if (begun.isPresent()) {
            return begun.get();
        }
        try {
            JobPolicy.of(job).checkLocation(version.event().manifest());
        } catch (MlopsException e) {
            return new JobOutcome(name, JobOutcome.State.REFUSED, e.getMessage(), 0);
        }
        return builds.schedule(EXACTLY, List.of(new CauseAction(new VersionCause(action)), action));
    }
}
