package io.jenkins.plugins.mlops.pod;

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
import java.util.Set;
import org.csanchez.jenkins.plugins.kubernetes.pipeline.PodTemplateStep;
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
 * {@code gpuPod(image: ...) { ... }}: within the block, {@code node(POD_LABEL)} is an agent in a pod with a container {@code training}
 * that has GPUs, /dev/shm in memory and the cache of datasets, as the cluster's profile wants pods to be. The execution is that of the
 * Kubernetes plugin's {@code podTemplate}, which this step configures.
 */
public final class GpuPodStep extends Step {

    private final String image;
    private String cluster;
    private String server;
    private int gpus = 1;
    private String gpuResource;
    private String cpu;
    private String memory;
    private String shm;

    /** @param image of the container {@code training}, with a shell */
    @DataBoundConstructor
    public GpuPodStep(String image) {
        this.image = Util.fixEmptyAndTrim(image);
    }

    public String getImage() {
        return image;
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

    /** Name of the MLflow server's profile whose address the container gets; null for the first, if there is one. */
    @CheckForNull
    public String getServer() {
        return server;
    }

    @DataBoundSetter
    public void setServer(@CheckForNull String server) {
        this.server = Util.fixEmptyAndTrim(server);
    }

    /** 0 to 64. */
    public int getGpus() {
        return gpus;
    }

    @DataBoundSetter
    public void setGpus(int gpus) {
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

    /** Size of /dev/shm, a Kubernetes quantity. */
    @CheckForNull
    public String getShm() {
        return shm;
    }

    @DataBoundSetter
    public void setShm(@CheckForNull String shm) {
        this.shm = Util.fixEmptyAndTrim(shm);
    }

    @Override
    public StepExecution start(StepContext context) throws Exception {
        Run<?, ?> build = context.get(Run.class);
        try {
            PodTemplateStep template = new GpuPod(this, build).template();
            return template.start(context);
        } catch (MlopsException e) {
            throw new AbortException(e.getMessage());
        }
    }

    @Extension
    public static final class DescriptorImpl extends StepDescriptor {

        @Override
        public String getFunctionName() {
            return "gpuPod";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Provide an agent in a pod with GPUs";
        }

        @Override
        public boolean takesImplicitBlockArgument() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class);
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
        public FormValidation doCheckImage(@QueryParameter String value) {
            return FormValidation.validateRequired(value);
        }
    }
}
