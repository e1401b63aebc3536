package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.event.Mutation;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What MinIO sends, spoiled in thousands of ways, half of it with the token as if MinIO itself had spoiled it. */
@WithJenkins
class MutatedNotificationsTest {

    private static final int MUTATIONS = 6_000;

    @TempDir
    private Path directory;

    @Test
    void noMutationIsAServerErrorAWrongBuildOrABuildWithoutToken(JenkinsRule jenkins) throws Exception {
        try (FaultyS3 s3 = new FaultyS3();
                ObjectStore store = s3.connect()) {
            PublishedDatasets.configure(s3.endpoint());
            Notifications minio = new Notifications(jenkins.getURL().toURI());
            WorkflowJob job = PublishedDatasets.create(jenkins, "trains", "s3://*/**");
            S3Uri plain = PublishedDatasets.publish(store, directory, PublishedDatasets.TO, "digits", "one");
            S3Uri strange = PublishedDatasets.publish(store, directory, "s3://lab-data/ä + %/日", "digits", "two");
            byte[][] bodies = {Notifications.written(plain), Notifications.written(strange)};
            Random random = new Random(9);
            String[] headers = {null, "Bearer another", "Bearer", Notifications.TOKEN + "x"};

            Map<Integer, Integer> strangers = new TreeMap<>();
            for (int n = 0; n < MUTATIONS / 2; n++) {
                byte[] body = n < 10 ? bodies[n % 2] : Mutation.of(bodies[n % 2], random);
                strangers.merge(minio.send(body, headers[n % 4]).statusCode(), 1, Integer::sum);
            }
            assertThat(strangers).containsOnlyKeys(403);
            assertThat(VersionInbox.get().kept()).isEmpty();
            assertThat(job.getLastBuild()).isNull();

            Map<Integer, Integer> told = new TreeMap<>();
            for (int n = 0; n < MUTATIONS / 2; n++) {
                byte[] body = Mutation.of(bodies[n % 2], random);
                told.merge(minio.send(body, "Bearer " + Notifications.TOKEN).statusCode(), 1, Integer::sum);
            }
            assertThat(minio.send(plain)).isEqualTo(202);
            assertThat(minio.send(strange)).isEqualTo(202);
            assertThat(told.keySet()).as("" + told).isSubsetOf(200, 202, 400);
            MergeJobs.await(() -> job.getNextBuildNumber() == 3);
            jenkins.waitUntilNoActivityUpTo(300_000);
            for (WorkflowRun build : job.getBuilds()) {
                jenkins.assertBuildStatusSuccess(build);
                assertThat(build.getAction(VersionAction.class).getManifest())
                        .isIn(plain.toString(), strange.toString());
            }
            assertThat(job.getBuilds())
                    .extracting(build -> build.getAction(VersionAction.class).getManifest())
                    .doesNotHaveDuplicates();
            assertThat(job.getNextBuildNumber()).isEqualTo(3);
        }
    }
}
