package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.plugins.git.BranchSpec;
import hudson.plugins.git.GitSCM;
import hudson.plugins.git.UserRemoteConfig;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jvnet.hudson.test.JenkinsRule;

/** Jobs with the trigger, whose Jenkinsfile is in the merged repository, and waiting for what becomes of merges. */
public final class MergeJobs {

    private static final Duration LONG = Duration.ofMinutes(5);

    private MergeJobs() {}

    static WorkflowJob create(JenkinsRule jenkins, String name, MergedRepository repository, boolean lightweight)
            throws IOException {
        return create(jenkins, name, repository.url(), lightweight, new BitbucketMergeTrigger(Webhook.REPOSITORY));
    }

    public static WorkflowJob create(
            JenkinsRule jenkins, String name, String remote, boolean lightweight, BitbucketMergeTrigger trigger)
            throws IOException {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, name);
        CpsScmFlowDefinition definition = new CpsScmFlowDefinition(
                new GitSCM(
                        List.of(new UserRemoteConfig(remote, null, null, null)),
                        List.of(new BranchSpec("*/" + MergedRepository.BRANCH)),
                        null,
                        null,
                        List.of()),
                "Jenkinsfile");
        definition.setLightweight(lightweight);
        job.setDefinition(definition);
        job.addTrigger(trigger);
        return job;
    }

    static void settled() throws Exception {
        await(() -> MergeInbox.get().kept().stream().allMatch(KeptEvent::isEnded));
    }

    public static WorkflowRun finished(JenkinsRule jenkins, WorkflowJob job, int number) throws Exception {
        await(() -> job.getBuildByNumber(number) != null);
        return jenkins.waitForCompletion(job.getBuildByNumber(number));
    }

    public static void await(Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plus(LONG);
        while (!condition.call()) {
            assertThat(Instant.now()).as("in time").isBefore(end);
            Thread.sleep(100);
        }
    }
}
