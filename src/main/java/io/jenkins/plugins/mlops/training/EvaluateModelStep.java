package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
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
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.structs.describable.CustomDescribableModel;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;
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

/**
 * {@code evaluateModel}: measures a candidate and, on the same set, the champion, each in a pod of its own; returns an
 * {@link EvaluatedModel}.
 */
public final class EvaluateModelStep extends Step {

    private final String spec;
    private String cluster;
    private String server;
    private String image;
    private String run;
    private String model;
    private String champion;
    private String dataset;
    private String datasetSourceId;
    private Long seed;
    private boolean force;

    /** @param spec path of an evaluation's specification in the workspace or repository */
    @DataBoundConstructor
    public EvaluateModelStep(String spec) {
        this.spec = Util.fixEmptyAndTrim(spec);
    }

    public String getSpec() {
        return spec;
    }

    /** Name of the cluster's profile; null for the first. */
    @CheckForNull
    public String getCluster() {
        return cluster;
    }

    @DataBoundSetter
    public void setCluster(@CheckForNull String cluster) {
        this.cluster = Util.fixEmptyAndTrim(cluster);
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

    /** Wins over the specification's; null for that. */
    @CheckForNull
    public String getImage() {
        return image;
    }

    @DataBoundSetter
    public void setImage(@CheckForNull String image) {
        this.image = Util.fixEmptyAndTrim(image);
    }

    /** The MLflow run whose model is the candidate; null for the build's last training, unless there is a {@link #getModel}. */
    @CheckForNull
    public String getRun() {
        return run;
    }

    @DataBoundSetter
    public void setRun(@CheckForNull String run) {
        this.run = Util.fixEmptyAndTrim(run);
    }

    /** The registered version that is the candidate, {@code models:/NAME@ALIAS} or {@code models:/NAME/VERSION}. */
    @CheckForNull
    public String getModel() {
        return model;
    }

    @DataBoundSetter
    public void setModel(@CheckForNull String model) {
        this.model = Util.fixEmptyAndTrim(model);
    }

    /** What the candidate will be compared with, as {@link #getModel}; null for the candidate alone. */
    @CheckForNull
    public String getChampion() {
        return champion;
    }

    @DataBoundSetter
    public void setChampion(@CheckForNull String champion) {
        this.champion = Util.fixEmptyAndTrim(champion);
    }

    /** The evaluation set: {@code s3://bucket/prefix} or a manifest there; wins over the specification's. */
    @CheckForNull
    public String getDataset() {
        return dataset;
    }

    @DataBoundSetter
    public void setDataset(@CheckForNull String dataset) {
        this.dataset = Util.fixEmptyAndTrim(dataset);
    }

    /** What the set must still stand for; null for whatever it stands for now. */
    @CheckForNull
    public String getDatasetSourceId() {
        return datasetSourceId;
    }

    @DataBoundSetter
    public void setDatasetSourceId(@CheckForNull String datasetSourceId) {
        this.datasetSourceId = Util.fixEmptyAndTrim(datasetSourceId);
    }

    @CheckForNull
    public Long getSeed() {
        return seed;
    }

    @DataBoundSetter
    public void setSeed(@CheckForNull Long seed) {
        this.seed = seed;
    }

    /** Whether the champion is measured again although the same evaluator has measured it on the same set. */
    public boolean isForce() {
        return force;
    }

    @DataBoundSetter
    public void setForce(boolean force) {
        this.force = force;
    }

    @Override
    public StepExecution start(StepContext context) throws IOException, InterruptedException {
        try {
            return new EvaluateModelExecution(context, this);
        } catch (MlopsException e) {
            throw new AbortException(e.getMessage());
        }
    }

    @Extension
    public static final class DescriptorImpl extends StepDescriptor implements CustomDescribableModel {

        @Override
        public String getFunctionName() {
            return "evaluateModel";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Measure a model on a cluster";
        }

        /** A workspace is used when there is one. */
        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(FlowNode.class, Run.class, TaskListener.class);
        }

        @NonNull
        @Override
        public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
            return DatasetParameters.expand(arguments);
        }

        @NonNull
        @Override
        public UninstantiatedDescribable customUninstantiate(@NonNull UninstantiatedDescribable step) {
            return DatasetParameters.contract(step);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillClusterItems(@AncestorInPath Item job, @QueryParameter String cluster) {
            return ProfileChoices.clusters(job, cluster);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillServerItems(@AncestorInPath Item job, @QueryParameter String server) {
            return ProfileChoices.mlflowServers(job, server);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckSpec(@QueryParameter String value) {
            return FormValidation.validateRequired(value);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckModel(@QueryParameter String value) {
            return StepForm.check(value, ModelReference::parse);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckChampion(@QueryParameter String value) {
            return StepForm.check(value, ModelReference::parse);
        }
    }
}
