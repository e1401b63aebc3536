package io.jenkins.plugins.mlops.policy;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.model.Result;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.test.steps.SemaphoreStep;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** What the configuration says after a restart is what holds for builds that began before it. */
class PolicyRestartTest {

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @Test
    void aBuildThatGoesOnIsHeldAgainstThePolicyOfNow() throws Throwable {
        sessions.then(rule -> {
            MlopsConfiguration.get()
                    .setObjectStores(List.of(
                            new ObjectStoreProfile("team-store", "http://127.0.0.1:1"),
                            new ObjectStoreProfile("secret-store", "http://127.0.0.1:1")));
            FolderPolicy policy = new FolderPolicy("team");
            policy.setObjectStores(List.of("team-store", "secret-store"));
            MlopsConfiguration.get().setPolicies(List.of(policy));
            Folder team = rule.createProject(Folder.class, "team");
            WorkflowJob job = team.createProject(WorkflowJob.class, "train");
            job.setDefinition(new CpsFlowDefinition(
                    "semaphore 'wait'\nresolveDataset store: 'secret-store', from: 's3://data/team/a'", true));
            SemaphoreStep.waitForStart("wait/1", job.scheduleBuild2(0).waitForStart());
        });
        // As an administrator changes it while Jenkins is down.
        Path file = sessions.getHome().toPath().resolve(MlopsConfiguration.class.getName() + ".xml");
        String changed = Files.readString(file).replaceFirst("(?s)\\s*<string>secret-store</string>", "");
        Files.writeString(file, changed);
        sessions.then(rule -> {
            SemaphoreStep.success("wait/1", null);
            WorkflowRun build = Jenkins.get()
                    .getItemByFullName("team/train", WorkflowJob.class)
                    .getBuildByNumber(1);
            rule.assertBuildStatus(Result.FAILURE, rule.waitForCompletion(build));
            rule.assertLogContains(
                    "The policy of 'team' does not allow the object store 'secret-store': it allows team-store", build);
        });
    }
}
