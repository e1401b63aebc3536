package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A real MinIO notifies the controller of what is published, while it is up and while it is not. */
@EnabledIfEnvironmentVariable(named = TestServers.S3_EVENTS, matches = ".+")
class PublishedDatasetIT {

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withTimeout(1200)
            .withPort(TestServers.s3Events().getPort());

    @TempDir
    private Path directory;

    @Test
    void aPublishedVersionIsBuiltOnceAlsoWhenJenkinsIsAwayWhileItIsPublished() throws Throwable {
        TestServers.S3 s3 = TestServers.s3();
        String bucket = s3.newBucket();
        s3.notifyOf(bucket, ".json");
        String to = "s3://" + bucket + "/räume & 100%+mehr/日本";
        try (ObjectStore store = ObjectStore.connect(new ObjectStoreSettings(
                URI.create(s3.endpoint()),
                s3.region(),
                new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null)))) {
            jenkins.startJenkins();
            jenkins.runRemotely(PublishedDatasetIT::configure, s3, "s3://" + bucket + "/**");
            S3Uri first = PublishedDatasets.publish(store, directory, to, "digits", "one");
            jenkins.runRemotely(PublishedDatasetIT::builtOnce, first.toString(), 1);
            PublishedDatasets.publish(store, directory, to, "digits", "one");
            jenkins.stopJenkins();

            S3Uri second = PublishedDatasets.publish(store, directory, to, "digits", "two");
            S3Uri third = PublishedDatasets.publish(store, directory, to, "digits", "three");
            jenkins.startJenkins();
            jenkins.runRemotely(PublishedDatasetIT::builtOnce, second.toString(), 2);
            jenkins.runRemotely(PublishedDatasetIT::builtOnce, third.toString(), 3);
            jenkins.stopJenkins();
        }
    }

    private static void configure(JenkinsRule controller, TestServers.S3 s3, String datasets) throws Throwable {
        SystemCredentialsProvider provider = SystemCredentialsProvider.getInstance();
        provider.setDomainCredentialsMap(Map.of(
                Domain.global(),
                List.of(
                        new UsernamePasswordCredentialsImpl(
                                CredentialsScope.SYSTEM, "keys", null, s3.accessKey(), s3.secretKey()),
                        new StringCredentialsImpl(
                                CredentialsScope.SYSTEM, "events", null, Secret.fromString(s3.secretKey())))));
        provider.save();
        ObjectStoreProfile store = new ObjectStoreProfile("minio", s3.endpoint());
        store.setCredentialsId("keys");
        store.setEventTokenId("events");
        MlopsConfiguration.get().setObjectStores(List.of(store));
        PublishedDatasets.create(controller, "trains", datasets);
    }

    private static void builtOnce(JenkinsRule controller, String manifest, int number) throws Throwable {
        WorkflowJob job = Jenkins.get().getItemByFullName("trains", WorkflowJob.class);
        WorkflowRun build = MergeJobs.finished(controller, job, number);
        controller.assertBuildStatusSuccess(build);
        assertThat(controller.getLog(build)).contains("built " + manifest, "as digits true");
        assertThat(job.getNextBuildNumber()).isLessThanOrEqualTo(4);
    }
}
