package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Job;
import hudson.triggers.Trigger;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.config.ProfileChoices;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.event.DatasetPattern;
import io.jenkins.plugins.mlops.core.event.PublishedEvent;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.util.Optional;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** Builds each version of a dataset that is published, once ({@link VersionInbox}). The trigger itself only says which datasets. */
public class DatasetPublishedTrigger extends Trigger<Job<?, ?>> {

    private final String dataset;
    private String store;

    /** @param dataset {@code s3://bucket/prefix/NAME}, or a pattern of such */
    @DataBoundConstructor
    public DatasetPublishedTrigger(String dataset) {
        this.dataset = Util.fixEmptyAndTrim(dataset);
    }

    public String getDataset() {
        return dataset;
    }

    /** Name of the object store; null for that which is the job's default. */
    @CheckForNull
    public String getStore() {
        return store;
    }

    @DataBoundSetter
    public void setStore(@CheckForNull String store) {
        this.store = Util.fixEmptyAndTrim(store);
    }

    private DatasetPattern pattern() {
        return new DatasetPattern(Util.fixNull(dataset));
    }

    /** Why a version is not for this job; empty when it is, but for where it lies, which {@link JobPolicy} is asked before it is built. */
    Optional<String> mismatch(WorkflowJob job, String from, PublishedEvent event) {
        try {
            String wanted = JobPolicy.of(job).objectStore(store).getName();
            if (!wanted.equals(from)) {
                return Optional.of("it comes from the object store " + from + ", and the trigger wants " + wanted);
            }
            DatasetPattern datasets = pattern();
            return datasets.matches(event.manifest())
                    ? Optional.empty()
                    : Optional.of("it is " + event.manifest() + ", and the trigger wants " + datasets);
        } catch (MlopsException e) {
            return Optional.of("the trigger cannot be used: " + e.getMessage());
        }
    }

    @Extension
    @Symbol("datasetPublished")
    public static class DescriptorImpl extends EventTriggerDescriptor {

        @NonNull
        @Override
        public String getDisplayName() {
            return "Build published versions of a dataset";
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillStoreItems(@AncestorInPath Item item, @QueryParameter String store) {
            return ProfileChoices.objectStores(item, store);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckDataset(@AncestorInPath Item item, @QueryParameter String value) {
            return check(item, () -> new DatasetPattern(Util.fixNull(value).trim()));
        }
    }
}
