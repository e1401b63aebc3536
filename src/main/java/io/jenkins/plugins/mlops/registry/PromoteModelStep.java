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
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.gate.GateOutcome;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.structs.describable.CustomDescribableModel;
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

/** {@code promoteModel}: gives an alias to a model whose gate passed; returns a {@link PromotedModel}. */
public class PromoteModelStep extends Step {

    static final String DEFAULT_ALIAS = "champion";

    private static final String NO_VERSION = "none";

    private final String name;
    private String alias = DEFAULT_ALIAS;
    private String run;
    private Integer version;
    private String gate;
    private String expect;
    private boolean override;
    private String reason;
    private PromotionApproval approval;
    private String server;

    /** @param name of the registered model; made when it is missing */
    @DataBoundConstructor
    public PromoteModelStep(String name) {
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
        this.alias = given == null ? DEFAULT_ALIAS : given;
    }

    /** The MLflow run whose model it is; null for the build's last withMLflow. */
    @CheckForNull
    public String getRun() {
        return run;
    }

    @DataBoundSetter
    public void setRun(@CheckForNull String run) {
        this.run = Util.fixEmptyAndTrim(run);
    }

    /** A version that is registered already; in place of a run. */
    @CheckForNull
    public Integer getVersion() {
        return version;
    }

    @DataBoundSetter
    public void setVersion(@CheckForNull Integer version) {
        this.version = version;
    }

    /** Digest of the gate's report; null for this build's last gate on the model. */
    @CheckForNull
    public String getGate() {
        return gate;
    }

    @DataBoundSetter
    public void setGate(@CheckForNull String gate) {
        this.gate = Util.fixEmptyAndTrim(gate);
    }

    /** The version that the alias must point to now, or none; null for any. */
    @CheckForNull
    public String getExpect() {
        return expect;
    }

    @DataBoundSetter
    public void setExpect(@CheckForNull String expect) {
        this.expect = Util.fixEmptyAndTrim(expect);
    }

    /** Whether refusals are overridden. */
    public boolean isOverride() {
        return override;
    }

    @DataBoundSetter
    public void setOverride(boolean override) {
        this.override = override;
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

    /** Who must agree before it is done; null for nobody. */
    @CheckForNull
    public PromotionApproval getApproval() {
        return approval;
    }

    @DataBoundSetter
    public void setApproval(@CheckForNull PromotionApproval approval) {
        this.approval = approval;
    }

    @Override
    public StepExecution start(StepContext context) throws AbortException {
        if (name == null) {
            throw new AbortException("promoteModel wants the name of a registered model");
        }
        if (run != null && version != null) {
            throw new AbortException("promoteModel takes a run or a version, not both");
        }
        if (gate != null && !Digest.isDigest(gate)) {
            throw new AbortException(
                    "promoteModel's gate is what evaluationGate returned, or its digest, not '" + gate + "'");
        }
        if (override && reason == null) {
            throw new AbortException("promoteModel's override wants a reason, which is kept with the model");
        }
        Promotion promotion =
                new Promotion(name, alias, run, version, gate, override, reason, server, expectedVersion());
        return approval == null
                ? new AliasMoveExecution(context, promotion)
                : new ApprovedPromotionExecution(context, promotion, approval);
    }

    /** 0 for "none", null for any. */
    private Integer expectedVersion() throws AbortException {
        if (expect == null) {
            return null;
        }
        if (expect.equals(NO_VERSION)) {
            return 0;
        }
        if (!expect.matches("[1-9][0-9]{0,8}")) {
            throw new AbortException(
                    "promoteModel's expect is a version's number or '" + NO_VERSION + "', not '" + expect + "'");
        }
        return Integer.valueOf(expect);
    }

    @Extension
    public static class DescriptorImpl extends StepDescriptor implements CustomDescribableModel {

        @Override
        public String getFunctionName() {
            return "promoteModel";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Give an alias to a model whose gate passed";
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, FlowNode.class, TaskListener.class);
        }

        /** A pipeline may hand the gate's outcome on as it is, and a version as a number. */
        @NonNull
        @Override
        public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
            Map<String, Object> texts = new HashMap<>(arguments);
            texts.computeIfPresent(
                    "gate", (key, value) -> value instanceof GateOutcome outcome ? outcome.getDigest() : value);
            texts.computeIfPresent("expect", (key, value) -> value instanceof Number ? value.toString() : value);
            return texts;
        }

        @POST
        public ListBoxModel doFillServerItems(@AncestorInPath Item item, @QueryParameter String server) {
            return ProfileChoices.mlflowServers(item, server);
        }
    }
}
