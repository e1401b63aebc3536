package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.FilePath;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.gate.OnFailure;
import java.io.IOException;
import java.util.Set;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** {@code checkDataset}: looks whether a set of images is what it should be; returns a map of what it found. */
public class CheckDatasetStep extends Step {

    static final int DEFAULT_JOBS = 4;

    private final String path;
    private String against;
    private String group;
    private String schema;
    private Integer near;
    private String report;
    private int jobs = DEFAULT_JOBS;
    private String onFailure = OnFailure.FAIL.word();

    /** @param path a directory or a manifest of the workspace */
    @DataBoundConstructor
    public CheckDatasetStep(String path) {
        this.path = Util.fixEmptyAndTrim(path);
    }

    public String getPath() {
        return path;
    }

    /** Another one, with which it may have nothing in common. */
    @CheckForNull
    public String getAgainst() {
        return against;
    }

    @DataBoundSetter
    public void setAgainst(@CheckForNull String against) {
        this.against = Util.fixEmptyAndTrim(against);
    }

    /** Which group a file is in: {@code group} for what manifests say, or a regular expression. */
    @CheckForNull
    public String getGroup() {
        return group;
    }

    @DataBoundSetter
    public void setGroup(@CheckForNull String group) {
        this.group = Util.fixEmptyAndTrim(group);
    }

    /** What the set should be: a file of the workspace. */
    @CheckForNull
    public String getSchema() {
        return schema;
    }

    @DataBoundSetter
    public void setSchema(@CheckForNull String schema) {
        this.schema = Util.fixEmptyAndTrim(schema);
    }

    /** In how many of 64 bits images that look alike may differ; null when looks are not compared, or the schema says. */
    @CheckForNull
    public Integer getNear() {
        return near;
    }

    @DataBoundSetter
    public void setNear(@CheckForNull Integer near) {
        this.near = near;
    }

    /** A file of the workspace that the report is written to. */
    @CheckForNull
    public String getReport() {
        return report;
    }

    @DataBoundSetter
    public void setReport(@CheckForNull String report) {
        this.report = Util.fixEmptyAndTrim(report);
    }

    /** Files that are read at a time, 1 to 256. */
    public int getJobs() {
        return jobs;
    }

    @DataBoundSetter
    public void setJobs(int jobs) {
        this.jobs = jobs;
    }

    /** fail, unstable or continue. */
    public String getOnFailure() {
        return onFailure;
    }

    @DataBoundSetter
    public void setOnFailure(@CheckForNull String onFailure) {
        this.onFailure = OnFailure.wordOf(onFailure);
    }

    @Override
    public StepExecution start(StepContext context) throws IOException, InterruptedException {
        return new CheckDatasetExecution(context, new CheckRequest(this), OnFailure.of("checkDataset", onFailure));
    }

    @Extension
    public static class DescriptorImpl extends StepDescriptor {

        @Override
        public String getFunctionName() {
            return "checkDataset";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Check a set of images";
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(FilePath.class, Run.class, FlowNode.class, TaskListener.class);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckPath(@QueryParameter String value) {
            return FormValidation.validateRequired(value);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillOnFailureItems() {
            return OnFailure.choices();
        }
    }
}
