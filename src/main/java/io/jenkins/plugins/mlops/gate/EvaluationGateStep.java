package io.jenkins.plugins.mlops.gate;

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
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** {@code evaluationGate}: holds a candidate's numbers against rules; returns a {@link GateOutcome}. */
public class EvaluationGateStep extends Step {

    private final String rules;
    private String name;
    private String metrics;
    private String baseline;
    private String model;
    private String server;
    private String reportDir;
    private String onFailure = OnFailure.FAIL.word();

    /** @param rules a file of the workspace */
    @DataBoundConstructor
    public EvaluationGateStep(String rules) {
        this.rules = Util.fixEmptyAndTrim(rules);
    }

    public String getRules() {
        return rules;
    }

    /** Tells several gates of a build apart. */
    @CheckForNull
    public String getName() {
        return name;
    }

    @DataBoundSetter
    public void setName(@CheckForNull String name) {
        this.name = Util.fixEmptyAndTrim(name);
    }

    /** A file of the workspace; null for the evaluation of the build's last withMLflow. */
    @CheckForNull
    public String getMetrics() {
        return metrics;
    }

    @DataBoundSetter
    public void setMetrics(@CheckForNull String metrics) {
        this.metrics = Util.fixEmptyAndTrim(metrics);
    }

    /** A file of the workspace with the champion's numbers; null to ask the MLflow server. */
    @CheckForNull
    public String getBaseline() {
        return baseline;
    }

    @DataBoundSetter
    public void setBaseline(@CheckForNull String baseline) {
        this.baseline = Util.fixEmptyAndTrim(baseline);
    }

    /** The registered model whose champion is the baseline. */
    @CheckForNull
    public String getModel() {
        return model;
    }

    @DataBoundSetter
    public void setModel(@CheckForNull String model) {
        this.model = Util.fixEmptyAndTrim(model);
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

    /** A directory of the workspace that gets copies of the reports. */
    @CheckForNull
    public String getReportDir() {
        return reportDir;
    }

    @DataBoundSetter
    public void setReportDir(@CheckForNull String reportDir) {
        this.reportDir = Util.fixEmptyAndTrim(reportDir);
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
        if (rules == null) {
            throw new AbortException("evaluationGate wants rules: name a file of the workspace, such as rules.yaml");
        }
        return new EvaluationGateStepExecution(context, this, OnFailure.of("evaluationGate", onFailure));
    }

    @Extension
    public static class DescriptorImpl extends StepDescriptor {

        @Override
        public String getFunctionName() {
            return "evaluationGate";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Hold a model's metrics against rules";
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, FlowNode.class, FilePath.class, TaskListener.class);
        }

        @POST
        public ListBoxModel doFillServerItems(@AncestorInPath Item item, @QueryParameter String server) {
            return ProfileChoices.mlflowServers(item, server);
        }

        @POST
        public ListBoxModel doFillOnFailureItems() {
            return OnFailure.choices();
        }
    }
}
