package io.jenkins.plugins.mlops;

import hudson.model.BooleanParameterValue;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.StringParameterValue;
import hudson.plugins.git.BranchSpec;
import hudson.plugins.git.GitSCM;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jvnet.hudson.test.JenkinsRule;

/** What tests of the digits do within the controller's process. */
public final class DigitsController {

    private DigitsController() {}

    /** A job with its script from a repository, and what a user would enter once. */
    public record Job(String name, String repository, String scriptPath, String datasets, String venv)
            implements Serializable {}

    public static void create(JenkinsRule r, Job job) throws Exception {
        GitSCM scm = new GitSCM(
                GitSCM.createRepoList(job.repository(), null), List.of(new BranchSpec("main")), null, null, List.of());
        CpsScmFlowDefinition definition = new CpsScmFlowDefinition(scm, job.scriptPath());
        definition.setLightweight(true);
        WorkflowJob created = r.createProject(WorkflowJob.class, job.name());
        created.setDefinition(definition);
    }

    /** Runs a build to its end; returns its number. The first one has values for parameters that Jenkins does not know yet. */
    public static Integer build(JenkinsRule r, Job job, HashMap<String, Serializable> parameters) throws Exception {
        List<ParameterValue> values = new ArrayList<>(List.of(
                new StringParameterValue("DATASETS", job.datasets()), new StringParameterValue("VENV", job.venv())));
        for (Map.Entry<String, Serializable> parameter : parameters.entrySet()) {
            values.add(
                    parameter.getValue() instanceof Boolean yes
                            ? new BooleanParameterValue(parameter.getKey(), yes)
                            : new StringParameterValue(
                                    parameter.getKey(), parameter.getValue().toString()));
        }
        WorkflowJob found = r.jenkins.getItemByFullName(job.name(), WorkflowJob.class);
        ParametersAction given = new ParametersAction(
                values, values.stream().map(ParameterValue::getName).toList());
        return found.scheduleBuild2(0, given).get().getNumber();
    }
}
