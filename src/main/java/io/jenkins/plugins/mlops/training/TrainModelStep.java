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
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.sf.json.JSONObject;
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
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/** {@code trainModel}: trains a model in pods of a cluster, as a specification or the parameters say; returns a {@link TrainedModel}. */
public final class TrainModelStep extends Step {

    private String spec;
    private String cluster;
    private String server;
    private String name;
    private String experiment;
    private String image;
    private List<String> command;
    private Integer gpus;
    private String gpuResource;
    private Integer nodes;
    private String cpu;
    private String memory;
    private String dataset;
    private String datasetSourceId;
    private String evaluationDataset;
    private String evaluationDatasetSourceId;
    private String parent;
    private Long seed;
    private StepParams params;
    private List<String> sensitive;
    private TrainingRequirements require;

    @DataBoundConstructor
    public TrainModelStep() {}

    /** Path of a specification in the workspace or repository; null when the parameters say all. */
    @CheckForNull
    public String getSpec() {
        return spec;
    }

    @DataBoundSetter
    public void setSpec(@CheckForNull String spec) {
        this.spec = Util.fixEmptyAndTrim(spec);
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

    /** The MLflow run's name, without a specification; null for the build's own. */
    @CheckForNull
    public String getName() {
        return name;
    }

    @DataBoundSetter
    public void setName(@CheckForNull String name) {
        this.name = Util.fixEmptyAndTrim(name);
    }

    /** The MLflow experiment, without a specification; null for the job's name. */
    @CheckForNull
    public String getExperiment() {
        return experiment;
    }

    @DataBoundSetter
    public void setExperiment(@CheckForNull String experiment) {
        this.experiment = Util.fixEmptyAndTrim(experiment);
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

    /** Program and arguments, without a specification. */
    @CheckForNull
    public List<String> getCommand() {
        return command;
    }

    @DataBoundSetter
    public void setCommand(@CheckForNull List<String> command) {
        this.command = command == null || command.isEmpty() ? null : List.copyOf(command);
    }

    /** {@link #getCommand} as the form has it, an argument a line. */
    @Restricted(NoExternalUse.class) // for the form
    public String getCommandText() {
        return command == null ? "" : String.join("\n", command);
    }

    /** Of each node. */
    @CheckForNull
    public Integer getGpus() {
        return gpus;
    }

    @DataBoundSetter
    public void setGpus(@CheckForNull Integer gpus) {
        this.gpus = gpus;
    }

    /** What the cluster calls a GPU; null for the profile's. */
    @CheckForNull
    public String getGpuResource() {
        return gpuResource;
    }

    @DataBoundSetter
    public void setGpuResource(@CheckForNull String gpuResource) {
        this.gpuResource = Util.fixEmptyAndTrim(gpuResource);
    }

    /** Pods that train together. */
    @CheckForNull
    public Integer getNodes() {
        return nodes;
    }

    @DataBoundSetter
    public void setNodes(@CheckForNull Integer nodes) {
        this.nodes = nodes;
    }

    /** A Kubernetes quantity. */
    @CheckForNull
    public String getCpu() {
        return cpu;
    }

    @DataBoundSetter
    public void setCpu(@CheckForNull String cpu) {
        this.cpu = Util.fixEmptyAndTrim(cpu);
    }

    /** A Kubernetes quantity. */
    @CheckForNull
    public String getMemory() {
        return memory;
    }

    @DataBoundSetter
    public void setMemory(@CheckForNull String memory) {
        this.memory = Util.fixEmptyAndTrim(memory);
    }

    /** The training dataset: {@code s3://bucket/prefix} or a manifest there; wins over the specification's. */
    @CheckForNull
    public String getDataset() {
        return dataset;
    }

    @DataBoundSetter
    public void setDataset(@CheckForNull String dataset) {
        this.dataset = Util.fixEmptyAndTrim(dataset);
    }

    /** What the training dataset must still stand for; null for whatever it stands for now. */
    @CheckForNull
    public String getDatasetSourceId() {
        return datasetSourceId;
    }

    @DataBoundSetter
    public void setDatasetSourceId(@CheckForNull String datasetSourceId) {
        this.datasetSourceId = Util.fixEmptyAndTrim(datasetSourceId);
    }

    /** As {@link #getDataset}, for what the model is measured on. */
    @CheckForNull
    public String getEvaluationDataset() {
        return evaluationDataset;
    }

    @DataBoundSetter
    public void setEvaluationDataset(@CheckForNull String evaluationDataset) {
        this.evaluationDataset = Util.fixEmptyAndTrim(evaluationDataset);
    }

    /** As {@link #getDatasetSourceId}. */
    @CheckForNull
    public String getEvaluationDatasetSourceId() {
        return evaluationDatasetSourceId;
    }

    @DataBoundSetter
    public void setEvaluationDatasetSourceId(@CheckForNull String evaluationDatasetSourceId) {
        this.evaluationDatasetSourceId = Util.fixEmptyAndTrim(evaluationDatasetSourceId);
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

    @CheckForNull
    public Long getSeed() {
        return seed;
    }

    @DataBoundSetter
    public void setSeed(@CheckForNull Long seed) {
        this.seed = seed;
    }

    /** Names with numbers, texts, booleans, lists, or further names, over those of the specification; null for none. */
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
        this.sensitive = sensitive == null || sensitive.isEmpty() ? null : List.copyOf(sensitive);
    }

    /** {@link #getSensitive} as the form has it, a name a line. */
    @Restricted(NoExternalUse.class) // for the form
    public String getSensitiveText() {
        return sensitive == null ? "" : String.join("\n", sensitive);
    }

    /** What must be true besides what the specification requires; null for nothing. */
    @CheckForNull
    public TrainingRequirements getRequire() {
        return require;
    }

    @DataBoundSetter
    public void setRequire(@CheckForNull TrainingRequirements require) {
        this.require = require;
    }

    /** The parameters as a person would type them into the form. */
    @Restricted(NoExternalUse.class) // for the form
    public String getParamsText() {
        return params == null ? "" : params.toYaml();
    }

    /** As JSON, {@code {}} for none; without those that are to be kept secret. */
    String paramsJson(KeptSecrets secrets) {
        StepParams open = params == null ? null : params.without(secrets.params());
        return open == null ? "{}" : open.json();
    }

    @Override
    public StepExecution start(StepContext context) throws IOException, InterruptedException {
        try {
            KeptSecrets secrets = KeptSecrets.take(context, params, sensitive);
            return new TrainModelExecution(context, new TrainModelRequest(this, secrets), secrets);
        } catch (MlopsException e) {
            throw new AbortException(e.getMessage());
        }
    }

    @Extension
    public static final class DescriptorImpl extends StepDescriptor implements CustomDescribableModel {

        private static final String COMMAND_TEXT = "commandText";

        @Override
        public String getFunctionName() {
            return "trainModel";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Train a model on a cluster";
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

        /** The form has the parameters as YAML, and the command an argument a line. */
        @Override
        public Step newInstance(StaplerRequest2 request, @NonNull JSONObject form) throws FormException {
            String text = StepForm.takeParams(form);
            List<String> arguments = form.optString(COMMAND_TEXT)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .collect(Collectors.toList());
            form.remove(COMMAND_TEXT);
            List<String> sensitive = StepForm.takeLines(form, "sensitiveText");
            TrainModelStep step = (TrainModelStep) super.newInstance(request, form);
            step.setCommand(arguments);
            step.params = StepForm.params(text);
            step.setSensitive(sensitive);
            return step;
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
        public FormValidation doCheckParamsText(@QueryParameter String value) {
            return StepForm.check(value, StepParams::ofYaml);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckParent(@QueryParameter String value) {
            return StepForm.check(value, ModelReference::parse);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckImage(@QueryParameter String value) {
            return StepForm.check(value, ImageReference::parse);
        }
    }
}
