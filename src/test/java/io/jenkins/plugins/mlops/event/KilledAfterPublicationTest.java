package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A controller that is killed after it has taken a published version. */
class KilledAfterPublicationTest {

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension().withTimeout(1200);

    @TempDir
    private Path directory;

    @Test
    void aVersionIsBuiltOnceWhereverBetweenTheEventAndTheBuildTheControllerIsKilled() throws Throwable {
        try (FaultyS3 s3 = new FaultyS3();
                ObjectStore store = s3.connect()) {
            S3Uri one = PublishedDatasets.publish(store, directory, PublishedDatasets.TO, "digits", "one");
            S3Uri two = PublishedDatasets.publish(store, directory, PublishedDatasets.TO, "digits", "two");

            jenkins.startJenkins();
            jenkins.runRemotely(KilledAfterPublicationTest::lockTheQueue, s3.endpoint());
            take(one);
            jenkins.stopJenkinsForcibly();

            jenkins.startJenkins();
            jenkins.runRemotely(KilledAfterPublicationTest::builtOnce, one.toString(), 1);
            jenkins.runRemotely(HeldQueue::keep);
            take(two);
            jenkins.runRemotely(KilledAfterPublicationTest::isQueued);
            jenkins.stopJenkinsForcibly();

            jenkins.startJenkins();
            jenkins.runRemotely(KilledAfterPublicationTest::builtOnce, two.toString(), 2);
            take(one);
            take(two);
            jenkins.runRemotely(KilledAfterPublicationTest::knowsBoth);
            jenkins.runRemotely(HeldQueue::keepBeginning);
            S3Uri three = PublishedDatasets.publish(store, directory, PublishedDatasets.TO, "digits", "three");
            take(three);
            jenkins.runRemotely(KilledAfterPublicationTest::hasBegun, 3);
            jenkins.stopJenkinsForcibly();

            jenkins.startJenkins();
            jenkins.runRemotely(KilledAfterPublicationTest::builtOnce, three.toString(), 4);
            jenkins.stopJenkins();
        }
    }

    private void take(S3Uri version) throws Exception {
        assertThat(new Notifications(jenkins.getUrl().toURI()).send(version)).isEqualTo(202);
    }

    private static void lockTheQueue(JenkinsRule controller, URI endpoint) throws Throwable {
        PublishedDatasets.configure(endpoint);
        PublishedDatasets.create(controller, "trains", "s3://lab-data/**");
        HeldQueue.lock(controller);
    }

    private static void isQueued(JenkinsRule controller) throws Throwable {
        MergeJobs.await(() -> Jenkins.get().getQueue().getItems().length == 1);
        MergeJobs.await(() -> versions().get(0).getOutcome().startsWith("in the queue: "));
    }

    private static void hasBegun(JenkinsRule controller, int number) throws Throwable {
        MergeJobs.await(() -> trains().getBuildByNumber(number) != null
                && Files.exists(
                        trains().getBuildByNumber(number).getRootDir().toPath().resolve("build.xml")));
    }

    private static void builtOnce(JenkinsRule controller, String manifest, int number) throws Throwable {
        WorkflowJob job = trains();
        assertThat(controller.getLog(MergeJobs.finished(controller, job, number)))
                .contains("built " + manifest, "as digits true");
        MergeJobs.await(
                () -> versions().stream().allMatch(row -> row.getOutcome().startsWith("built: ")));
        controller.waitUntilNoActivity();
        assertThat(job.getNextBuildNumber()).isEqualTo(number + 1);
    }

    private static void knowsBoth(JenkinsRule controller) throws Throwable {
        controller.waitUntilNoActivity();
        assertThat(versions()).hasSize(2).allMatch(row -> row.getOutcome().startsWith("built: "));
        assertThat(trains().getNextBuildNumber()).isEqualTo(3);
    }

    private static WorkflowJob trains() {
        return Jenkins.get().getItemByFullName("trains", WorkflowJob.class);
    }

    /** From the job's page, the newest first: of the plugin's class loader, which is not the test's, only what is public can be asked. */
    private static List<VersionEventsPage.Row> versions() {
        return trains().getAction(VersionEventsPage.class).getRows();
    }
}
