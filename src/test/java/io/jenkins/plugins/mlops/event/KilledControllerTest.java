package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A controller that is killed after it has taken a merge. */
class KilledControllerTest {

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withTimeout(1200)
            .javaOptions("-Dhudson.plugins.git.GitSCM.ALLOW_LOCAL_CHECKOUT=true");

    @TempDir
    private Path directory;

    @Test
    void aMergeIsBuiltOnceWhereverBetweenTheEventAndTheBuildTheControllerIsKilled() throws Throwable {
        MergedRepository repository = new MergedRepository(directory.resolve("r"), "echo 'built first'");
        String one = repository.merge("echo 'built one'");
        String two = repository.merge("echo 'built two'");

        jenkins.startJenkins();
        jenkins.runRemotely(KilledControllerTest::lockTheQueue, repository.url());
        take(5, one);
        jenkins.stopJenkinsForcibly();

        jenkins.startJenkins();
        jenkins.runRemotely(KilledControllerTest::builtOnce, "built one", 1);
        jenkins.runRemotely(HeldQueue::keep);
        take(6, two);
        jenkins.runRemotely(KilledControllerTest::isQueued);
        jenkins.stopJenkinsForcibly();

        jenkins.startJenkins();
        jenkins.runRemotely(KilledControllerTest::builtOnce, "built two", 2);
        take(5, one);
        take(6, two);
        jenkins.runRemotely(KilledControllerTest::knowsBoth);
        jenkins.stopJenkins();
    }

    private void take(long pullRequest, String commit) throws Exception {
        Webhook bitbucket = new Webhook(jenkins.getUrl().toURI(), Webhook.SECRET);
        assertThat(bitbucket.send(pullRequest, commit)).isEqualTo(202);
    }

    private static void lockTheQueue(JenkinsRule controller, String remote) throws Throwable {
        Webhook.configure();
        MergeJobs.create(controller, "trains", remote, true, new BitbucketMergeTrigger(Webhook.REPOSITORY));
        HeldQueue.lock(controller);
    }

    private static void isQueued(JenkinsRule controller) throws Throwable {
        MergeJobs.await(() -> Jenkins.get().getQueue().getItems().length == 1);
        MergeJobs.await(() -> merges().get(0).getOutcome().startsWith("in the queue: "));
    }

    private static void builtOnce(JenkinsRule controller, String line, int number) throws Throwable {
        WorkflowJob job = trains();
        assertThat(controller.getLog(MergeJobs.finished(controller, job, number)))
                .contains(line);
        MergeJobs.await(() -> merges().stream().allMatch(row -> row.getOutcome().startsWith("built: ")));
        controller.waitUntilNoActivity();
        assertThat(job.getNextBuildNumber()).isEqualTo(number + 1);
    }

    private static void knowsBoth(JenkinsRule controller) throws Throwable {
        controller.waitUntilNoActivity();
        assertThat(merges()).hasSize(2).allMatch(row -> row.getOutcome().startsWith("built: "));
        assertThat(trains().getNextBuildNumber()).isEqualTo(3);
    }

    private static WorkflowJob trains() {
        return Jenkins.get().getItemByFullName("trains", WorkflowJob.class);
    }

    /** From the job's page, the newest first: of the plugin's class loader, which is not the test's, only what is public can be asked. */
    private static List<MergeEventsPage.Row> merges() {
        return trains().getAction(MergeEventsPage.class).getRows();
    }
}
