package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.FilePath;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.config.ProfileChoices;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.sf.json.JSONObject;
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
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/** {@code withMLflow(experiment: ...) { ... }}: what the block trains is one MLflow run, recorded with where it came from. */
public final class WithMlflowStep extends Step implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String experiment;
    private String server;
    private String runName;
    private StepParams params;
    private ArrayList<String> sensitive;
    private Long seed;
    private String parent;
    private String model;
    private String metrics;

    @DataBoundConstructor
    public WithMlflowStep(String experiment) {
        this.experiment = Util.fixEmptyAndTrim(experiment);
    }

    public String getExperiment() {
        return experiment;
    }

    /** Name of the MLflow server's profile; null for the first. */
    @CheckForNull
    public String getServer() {
        return server;
    }

    @DataBoundSetter
    public void setServer(@CheckForNull String server) {
        this.server = Util.fixEmptyAndTrim(server);
    }

    /** Null for the build's own name. */
    @CheckForNull
    public String getRunName() {
        return runName;
    }

    @DataBoundSetter
    public void setRunName(@CheckForNull String runName) {
        this.runName = Util.fixEmptyAndTrim(runName);
    }

    /** Names with numbers, texts, booleans, lists, or further names; null for none. */
    @CheckForNull
    public Map<String, Object> getParams() {
        return params == null ? null : params.values();
    }

    @DataBoundSetter
    public void setParams(@CheckForNull Map<String, Object> params) {
        this.params = params == null || params.isEmpty() ? null : StepParams.of(params);
    }

    /** Paths of the parameters whose values nobody may read; null for none. */
    @CheckForNull
    public List<String> getSensitive() {
        return sensitive;
    }

    @DataBoundSetter
    public void setSensitive(@CheckForNull List<String> sensitive) {
        this.sensitive = sensitive == null || sensitive.isEmpty() ? null : new ArrayList<>(sensitive);
    }

    /** {@link #getSensitive} as the form has it, a name a line. */
    @Restricted(NoExternalUse.class) // for the form
    public String getSensitiveText() {
        return sensitive == null ? "" : String.join("\n", sensitive);
    }

    @CheckForNull
    public Long getSeed() {
        return seed;
    }

    @DataBoundSetter
    public void setSeed(@CheckForNull Long seed) {
        this.seed = seed;
    }

    /** The model that the training starts from, {@code models:/NAME@ALIAS} or {@code models:/NAME/VERSION}. */
    @CheckForNull
    public String getParent() {
        return parent;
    }

    @DataBoundSetter
    public void setParent(@CheckForNull String parent) {
        this.parent = Util.fixEmptyAndTrim(parent);
    }

    /** Directory in the workspace where the block leaves the model; null for one that the step makes. */
    @CheckForNull
    public String getModel() {
        return model;
    }

    @DataBoundSetter
    public void setModel(@CheckForNull String model) {
        this.model = Util.fixEmptyAndTrim(model);
    }

    /** File in the workspace where the block leaves the metrics; null for one in a directory that the step makes. */
    @CheckForNull
    public String getMetrics() {
        return metrics;
    }

    @DataBoundSetter
    public void setMetrics(@CheckForNull String metrics) {
        this.metrics = Util.fixEmptyAndTrim(metrics);
    }

    /** The parameters as a person would type them into the form. */
    @Restricted(NoExternalUse.class) // for the form
    public String getParamsText() {
        return params == null ? "" : params.toYaml();
    }

    /** As JSON, {@code {}} for none. */
    String paramsJson() {
        return params == null ? "{}" : params.json();
    }

    @Override
    public StepExecution start(StepContext context) throws IOException, InterruptedException {
        try {
            KeptSecrets secrets = KeptSecrets.take(context, params, sensitive);
            return new WithMlflowExecution(context, without(secrets), secrets);
        } catch (MlopsException e) {
            throw new AbortException(e.getMessage());
        }
    }

    /** What may be persisted as it is. */
    private WithMlflowStep without(KeptSecrets secrets) {
        WithMlflowStep open = new WithMlflowStep(experiment);
        open.server = server;
        open.runName = runName;
        open.params = params == null ? null : params.without(secrets.params());
        open.sensitive = sensitive;
        open.seed = seed;
        open.parent = parent;
        open.model = model;
        open.metrics = metrics;
        return open;
    }

    @Extension
    public static final class DescriptorImpl extends StepDescriptor {

        @Override
        public String getFunctionName() {
            return "withMLflow";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Train within an MLflow run";
        }

        @Override
        public boolean takesImplicitBlockArgument() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(FilePath.class, FlowNode.class, Run.class, TaskListener.class);
        }

        /** The form has the parameters as YAML. */
        @Override
        public Step newInstance(StaplerRequest2 request, @NonNull JSONObject form) throws FormException {
            String text = StepForm.takeParams(form);
            List<String> sensitive = StepForm.takeLines(form, "sensitiveText");
            WithMlflowStep step = (WithMlflowStep) super.newInstance(request, form);
            step.params = StepForm.params(text);
            step.setSensitive(sensitive);
            return step;
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillServerItems(@AncestorInPath Item job, @QueryParameter String server) {
            return ProfileChoices.mlflowServers(job, server);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckExperiment(@QueryParameter String value) {
            return FormValidation.validateRequired(value);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckParamsText(@QueryParameter String value) {
            return StepForm.check(value, StepParams::ofYaml);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckParent(@QueryParameter String value) {
            return StepForm.check(value, ModelReference::parse);
        }
    }
}
