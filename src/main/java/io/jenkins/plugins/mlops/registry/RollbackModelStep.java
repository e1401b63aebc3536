package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.config.ProfileChoices;
import java.util.Set;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** {@code rollbackModel}: gives an alias back to the version that had it before; returns a {@link PromotedModel}. */
public class RollbackModelStep extends Step {

    private final String name;
    private String alias = PromoteModelStep.DEFAULT_ALIAS;
    private String reason;
    private String server;

    /** @param name of the registered model */
    @DataBoundConstructor
    public RollbackModelStep(String name) {
        this.name = Util.fixEmptyAndTrim(name);
    }

    public String getName() {
        return name;
    }

    public String getAlias() {
        return alias;
    }

    @DataBoundSetter
    public void setAlias(@CheckForNull String alias) {
        String given = Util.fixEmptyAndTrim(alias);
        this.alias = given == null ? PromoteModelStep.DEFAULT_ALIAS : given;
    }

    /** Why, for the record. */
    @CheckForNull
    public String getReason() {
        return reason;
    }

    @DataBoundSetter
    public void setReason(@CheckForNull String reason) {
        this.reason = Util.fixEmptyAndTrim(reason);
    }

    /** Name of an MLflow profile; null for the one of the build's last withMLflow, else the first. */
    @CheckForNull
    public String getServer() {
        return server;
    }

    @DataBoundSetter
    public void setServer(@CheckForNull String server) {
        this.server = Util.fixEmptyAndTrim(server);
    }

    @Override
    public StepExecution start(StepContext context) throws AbortException {
        if (name == null) {
            throw new AbortException("rollbackModel wants the name of a registered model");
        }
        return new AliasMoveExecution(context, new Rollback(name, alias, reason, server, null));
    }

    @Extension
    public static class DescriptorImpl extends StepDescriptor {

        @Override
        public String getFunctionName() {
            return "rollbackModel";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Give a model's alias back to the version before";
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, FlowNode.class, TaskListener.class);
        }

        @POST
        public ListBoxModel doFillServerItems(@AncestorInPath Item item, @QueryParameter String server) {
            return ProfileChoices.mlflowServers(item, server);
        }
    }
}
