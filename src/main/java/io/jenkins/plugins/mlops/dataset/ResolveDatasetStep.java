package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.FilePath;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
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

/** {@code resolveDataset}: says which version an address stands for now, without moving it; returns a {@link Dataset}. */
public class ResolveDatasetStep extends Step {

    private String from;
    private String manifest;
    private String dvc;
    private String repo;
    private String rev;
    private String store;

    @DataBoundConstructor
    public ResolveDatasetStep() {
        // all parameters are optional by themselves
    }

    /** A prefix: all objects below it. */
    @CheckForNull
    public String getFrom() {
        return from;
    }

    @DataBoundSetter
    public void setFrom(@CheckForNull String from) {
        this.from = Util.fixEmptyAndTrim(from);
    }

    /** A manifest: an object, or a file of the workspace. */
    @CheckForNull
    public String getManifest() {
        return manifest;
    }

    @DataBoundSetter
    public void setManifest(@CheckForNull String manifest) {
        this.manifest = Util.fixEmptyAndTrim(manifest);
    }

    /** An output of DVC: a {@code .dvc} file, the path of an output or below one, {@code dvc.yaml:STAGE}, or the name of a stage. */
    @CheckForNull
    public String getDvc() {
        return dvc;
    }

    @DataBoundSetter
    public void setDvc(@CheckForNull String dvc) {
        this.dvc = Util.fixEmptyAndTrim(dvc);
    }

    /** The clone that has it, from the workspace on; null for the workspace. */
    @CheckForNull
    public String getRepo() {
        return repo;
    }

    @DataBoundSetter
    public void setRepo(@CheckForNull String repo) {
        this.repo = Util.fixEmptyAndTrim(repo);
    }

    /** A branch, tag or commit of the clone; null for the files as they are. */
    @CheckForNull
    public String getRev() {
        return rev;
    }

    @DataBoundSetter
    public void setRev(@CheckForNull String rev) {
        this.rev = Util.fixEmptyAndTrim(rev);
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

    @Override
    public StepExecution start(StepContext context) throws IOException, InterruptedException {
        DatasetAddress address = new DatasetAddress(
                "resolveDataset", from, manifest, DvcTarget.of("resolveDataset", dvc, repo, rev), null);
        if (address.dvc() == null && !address.isWorkspaceFile()) {
            return new ResolveDatasetExecution(context, address, store);
        }
        if (context.get(FilePath.class) == null) {
            throw new AbortException("resolveDataset cannot read "
                    + (dvc == null ? "the manifest " + manifest : "what DVC says of " + dvc)
                    + " without a workspace: put the step into node {}, or name a manifest in an object store");
        }
        return dvc == null
                ? new ReadManifestExecution(context, address)
                : new ResolveDvcExecution(context, address, store);
    }

    @Extension
    public static class DescriptorImpl extends StepDescriptor {

        @Override
        public String getFunctionName() {
            return "resolveDataset";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Find out which version of a dataset is there";
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, FlowNode.class, TaskListener.class);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillStoreItems(@AncestorInPath Item item, @QueryParameter String store) {
            return ProfileChoices.objectStores(item, store);
        }
    }
}
