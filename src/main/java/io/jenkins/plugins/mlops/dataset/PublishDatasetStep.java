package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.FilePath;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.config.ProfileChoices;
import java.io.IOException;
import java.util.Set;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** {@code publishDataset}: makes a directory of the workspace a version of a dataset; returns a {@link Dataset}. */
public class PublishDatasetStep extends Step {

    static final int DEFAULT_JOBS = 8;

    private final String directory;
    private final String name;
    private final String to;
    private String store;
    private int jobs = DEFAULT_JOBS;

    /**
     * @param directory from the workspace on
     * @param name of the dataset
     * @param to {@code s3://bucket/prefix} below which versions are kept
     */
    @DataBoundConstructor
    public PublishDatasetStep(String directory, String name, String to) {
        this.directory = Util.fixEmptyAndTrim(directory);
        this.name = Util.fixEmptyAndTrim(name);
        this.to = Util.fixEmptyAndTrim(to);
    }

    public String getDirectory() {
        return directory;
    }

    public String getName() {
        return name;
    }

    public String getTo() {
        return to;
    }

    /** Name of an object store profile; null for the first. */
    @CheckForNull
    public String getStore() {
        return store;
    }

    @DataBoundSetter
    public void setStore(@CheckForNull String store) {
        this.store = Util.fixEmptyAndTrim(store);
    }

    /** Files sent at a time, 1 to 256. */
    public int getJobs() {
        return jobs;
    }

    @DataBoundSetter
    public void setJobs(int jobs) {
        this.jobs = jobs;
    }

    @Override
    public StepExecution start(StepContext context) throws IOException, InterruptedException {
        return new PublishDatasetExecution(context, new PublishRequest(this), store);
    }

    @Extension
    public static class DescriptorImpl extends StepDescriptor {

        @Override
        public String getFunctionName() {
            return "publishDataset";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Publish a directory as a version of a dataset";
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(FilePath.class, Run.class, FlowNode.class, TaskListener.class);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckDirectory(@QueryParameter String value) {
            return FormValidation.validateRequired(value);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckName(@QueryParameter String value) {
            return FormValidation.validateRequired(value);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckTo(@QueryParameter String value) {
            return FormValidation.validateRequired(value);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillStoreItems(@AncestorInPath Item item, @QueryParameter String store) {
            return ProfileChoices.objectStores(item, store);
        }
    }
}
