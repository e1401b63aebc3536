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
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.structs.describable.CustomDescribableModel;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/**
 * {@code pullDataset}: makes a directory of the workspace hold exactly one version of a dataset; returns a {@link Dataset}.
 */
public class PullDatasetStep extends DatasetAddressStep {

    static final String HARDLINK = "hardlink";
    static final String COPY = "copy";
    static final int DEFAULT_JOBS = 8;

    private final String into;
    private String sourceId;
    private String role = Provenance.TRAINING_DATA;
    private int jobs = DEFAULT_JOBS;
    private String link = HARDLINK;
    private List<String> include = List.of();
    private int sample;
    private boolean force;

    /** @param into the directory, from the workspace on */
    @DataBoundConstructor
    public PullDatasetStep(String into) {
        this.into = Util.fixEmptyAndTrim(into);
    }

    public String getInto() {
        return into;
    }

    /** What the address must still stand for; null for whatever it stands for now. */
    @CheckForNull
    public String getSourceId() {
        return sourceId;
    }

    @DataBoundSetter
    public void setSourceId(@CheckForNull String sourceId) {
        this.sourceId = Util.fixEmptyAndTrim(sourceId);
    }

    /** What it is for: training or evaluation. */
    public String getRole() {
        return role;
    }

    @DataBoundSetter
    public void setRole(@CheckForNull String role) {
        this.role = orElse(role, Provenance.TRAINING_DATA);
    }

    /** Downloads at a time, 1 to 256. */
    public int getJobs() {
        return jobs;
    }

    @DataBoundSetter
    public void setJobs(int jobs) {
        this.jobs = jobs;
    }

    /** How files get from the agent's cache into the directory: hardlink or copy. */
    public String getLink() {
        return link;
    }

    @DataBoundSetter
    public void setLink(@CheckForNull String link) {
        this.link = orElse(link, HARDLINK);
    }

    /** Globs of which a file must match one; empty for all files. */
    public List<String> getInclude() {
        return include;
    }

    @DataBoundSetter
    public void setInclude(@CheckForNull List<String> include) {
        this.include = include == null ? List.of() : List.copyOf(include);
    }

    /** {@link #getInclude} as the form has it, one a line. */
    @Restricted(NoExternalUse.class) // for the form
    public String getIncludeText() {
        return String.join("\n", include);
    }

    /** At most so many files, the same ones every time; 0 for all. */
    public int getSample() {
        return sample;
    }

    @DataBoundSetter
    public void setSample(int sample) {
        this.sample = sample;
    }

    /** Whether files that no pull put there may be deleted. */
    public boolean isForce() {
        return force;
    }

    @DataBoundSetter
    public void setForce(boolean force) {
        this.force = force;
    }

    private static String orElse(@CheckForNull String value, String otherwise) {
        String given = Util.fixEmptyAndTrim(value);
        return given == null ? otherwise : given;
    }

    @Override
    public StepExecution start(StepContext context) throws IOException, InterruptedException {
        return new PullDatasetExecution(context, new PullRequest(this, address(sourceId)), role, getStore());
    }

    @Extension
    public static class DescriptorImpl extends AddressDescriptor implements CustomDescribableModel {

        private static final String INCLUDE_TEXT = "includeText";

        @Override
        public String getFunctionName() {
            return "pullDataset";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Pull a dataset into the workspace";
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(FilePath.class, Run.class, FlowNode.class, TaskListener.class);
        }

        @NonNull
        @Override
        public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
            return DatasetArgument.expand(arguments);
        }

        /** The form has the globs in one text. */
        @Override
        public Step newInstance(StaplerRequest2 request, @NonNull JSONObject form) throws FormException {
            List<String> globs = form.optString(INCLUDE_TEXT)
                    .lines()
                    .map(String::trim)
                    .filter(glob -> !glob.isEmpty())
                    .toList();
            form.remove(INCLUDE_TEXT);
            PullDatasetStep step = (PullDatasetStep) super.newInstance(request, form);
            step.setInclude(globs);
            return step;
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckInto(@QueryParameter String value) {
            return FormValidation.validateRequired(value);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillRoleItems() {
            return choices(Provenance.TRAINING_DATA, Provenance.EVALUATION_DATA);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillLinkItems() {
            return choices(HARDLINK, COPY);
        }

        private static ListBoxModel choices(String... values) {
            ListBoxModel model = new ListBoxModel();
            List.of(values).forEach(model::add);
            return model;
        }
    }
}
