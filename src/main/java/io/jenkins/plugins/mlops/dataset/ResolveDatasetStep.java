package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import java.io.IOException;
import java.util.Set;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;

/** {@code resolveDataset}: says which version an address stands for now, without moving it; returns a {@link Dataset}. */
public class ResolveDatasetStep extends DatasetAddressStep {

    @DataBoundConstructor
    public ResolveDatasetStep() {
        // all parameters are optional by themselves
    }

    @Override
    public StepExecution start(StepContext context) throws IOException, InterruptedException {
        DatasetAddress address = address(null);
        if (address.dvc() == null && !address.isWorkspaceFile()) {
            return new ResolveDatasetExecution(context, address, getStore());
        }
        if (context.get(FilePath.class) == null) {
            throw new AbortException("resolveDataset cannot read "
                    + (address.dvc() == null ? "the manifest " + address : "what DVC says of " + address)
                    + " without a workspace: put the step into node {}, or name a manifest in an object store");
        }
        return address.dvc() == null
                ? new ReadManifestExecution(context, address)
                : new ResolveDvcExecution(context, address, getStore());
    }

    @Extension
    public static class DescriptorImpl extends AddressDescriptor {

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
    }
}
