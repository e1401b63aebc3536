package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A controller that is killed after it has taken a merge. */
class KilledControllerTest {

    private static final int ACCEPTED = 202;
    private static final int FEW = 2;

    /** About as long as it takes from the event until the build runs. */
    private static final int SPAN_MILLIS = 4000;

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

    /** {@code -Dkills.merges} times, after {@code -Dkills.seed}. What was not answered is sent again. */
    @Test
    void aMergeIsBuiltOnceAtWhateverMomentTheControllerIsKilled() throws Throwable {
        MergedRepository repository = new MergedRepository(directory.resolve("r"), "echo 'built first'");
        jenkins.startJenkins();
        jenkins.runRemotely(KilledControllerTest::create, repository.url());
        long seed = Long.getLong("kills.seed", 1);
        for (int i = 1; i <= Integer.getInteger("kills.merges", FEW); i++) {
            String commit = repository.merge("echo 'built merge " + i + ".'; sleep 2");
            int pullRequest = i;
            int delay = new Random(seed + i).nextInt(SPAN_MILLIS);
            System.out.printf(
                    "killed %d ms after the merge was sent (-Dkills.seed=%d -Dkills.merges=1)%n", delay, seed + i - 1);
            CompletableFuture<Boolean> taken = CompletableFuture.supplyAsync(() -> isTaken(pullRequest, commit));
            TimeUnit.MILLISECONDS.sleep(delay);
            jenkins.stopJenkinsForcibly();
            boolean again = !taken.get();
            jenkins.startJenkins();
            if (again) {
                take(pullRequest, commit);
            }
            jenkins.runRemotely(KilledControllerTest::builtOnceOnly, "built merge " + i + ".", i);
        }
        jenkins.stopJenkins();
    }

    private boolean isTaken(int pullRequest, String commit) {
        try {
            return send(pullRequest, commit) == ACCEPTED;
        } catch (IOException e) {
            return false; // it was killed
        } catch (InterruptedException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private int send(int pullRequest, String commit) throws IOException, InterruptedException, URISyntaxException {
        return new Webhook(jenkins.getUrl().toURI(), Webhook.SECRET).send(pullRequest, commit);
    }

    private void take(int pullRequest, String commit) throws Exception {
        assertThat(send(pullRequest, commit)).isEqualTo(ACCEPTED);
    }

    private static void create(JenkinsRule controller, String remote) throws Throwable {
        Webhook.configure();
        MergeJobs.create(controller, "trains", remote, true, new BitbucketMergeTrigger(Webhook.REPOSITORY));
    }

    private static void lockTheQueue(JenkinsRule controller, String remote) throws Throwable {
        create(controller, remote);
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

    /** A build that was killed before its Pipeline began has done nothing, and another takes its place. */
    private static void builtOnceOnly(JenkinsRule controller, String line, int merges) throws Throwable {
        MergeJobs.await(() -> merges().size() == merges
                && merges().stream().allMatch(row -> row.getOutcome().startsWith("built: ")));
        controller.waitUntilNoActivity();
        List<WorkflowRun> did = new ArrayList<>();
        for (WorkflowRun build : trains().getBuilds()) {
            if (JenkinsRule.getLog(build).contains(line)) {
                did.add(build);
            }
        }
        assertThat(did).hasSize(1);
        controller.assertBuildStatusSuccess(did.get(0));
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
