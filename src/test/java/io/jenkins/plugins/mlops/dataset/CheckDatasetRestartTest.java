package io.jenkins.plugins.mlops.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.FilePath;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import java.nio.file.Files;
import java.nio.file.Path;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

class CheckDatasetRestartTest {

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    private Path slow;

    @Test
    void aCheckIsDoneAgainAfterARestartAndKeptOnce() throws Throwable {
        sessions.then(jenkins -> {
            WorkflowJob job = jenkins.createProject(WorkflowJob.class, "checks");
            FilePath workspace = jenkins.jenkins.getWorkspaceFor(job);
            workspace.child("set/a/1.txt").write("one", "UTF-8");
            workspace.child("set/b/2.txt").write("two", "UTF-8");
            slow = LargeFile.in(Path.of(workspace.child("set").getRemote()));
            job.setDefinition(new CpsFlowDefinition("""
                    node {
                        def found = checkDataset path: 'set', report: 'report.json'
                        echo "${found.passed} ${found.files} in ${found.classes.keySet()}"
                    }
                    """, true));
            WorkflowRun build = job.scheduleBuild2(0).waitForStart();
            jenkins.waitForMessage("Checking set (built-in node)", build);
        });
        Files.delete(slow);
        sessions.then(jenkins -> {
            WorkflowRun build =
                    Jenkins.get().getItemByFullName("checks", WorkflowJob.class).getBuildByNumber(1);
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
            jenkins.assertLogContains("true 2 in", build);
            assertThat(BuildLineage.of(build).facts().checks()).hasSize(1);
            assertThat(Path.of(Jenkins.get().getWorkspaceFor(build.getParent()).getRemote())
                            .resolve("report.json"))
                    .isNotEmptyFile();
        });
    }
}
