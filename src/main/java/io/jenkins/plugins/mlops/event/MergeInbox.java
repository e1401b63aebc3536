package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/**
 * The merges. Known are they when their commit is known in full, for which Bitbucket is asked; when it shows that the merge is kept
 * already, it ends. Builds that the branch source started are waited for, and taken for those of the merge ({@link MergeSettlement}).
 */
@Extension
public final class MergeInbox extends EventInbox<KeptMerge, BitbucketMergeTrigger> {

    public MergeInbox() {
        super(BitbucketMergeTrigger.class, new Notes<>("merges", KeptMerge.class, "a merge"));
    }

    @NonNull
    static MergeInbox get() {
        return ExtensionList.lookupSingleton(MergeInbox.class);
    }

    /** As {@link #take(KeptEvent)}. */
    @NonNull
    EventAnswer take(String server, MergeEvent event, String delivery) {
        return take(new KeptMerge(
                event.identity(server), server, event, delivery, Instant.now().toString(), "", List.of()));
    }

    @NonNull
    @Override
    Optional<String> mismatch(WorkflowJob job, BitbucketMergeTrigger trigger, KeptMerge merge) {
        return trigger.mismatch(job, merge.server(), merge.event());
    }

    @NonNull
    @Override
    KeptMerge known(KeptMerge merge) {
        if (merge.event().isExact()) {
            return merge;
        }
        KeptMerge exact = merge.with(MergeLookup.of(merge.server()).exact(merge.event()));
        return isKnown(exact) ? merge.ended("known already, when its commit was known") : exact;
    }

    @NonNull
    @Override
    Settlement<BitbucketMergeTrigger> settlement(KeptMerge merge) {
        return new MergeSettlement(merge);
    }

    @NonNull
    @Override
    String exactly() {
        return MergeSettlement.EXACTLY;
    }
}
