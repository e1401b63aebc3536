package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Item;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.policy.FolderPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty;
import org.jenkinsci.plugins.workflow.multibranch.JobPropertyStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** From the notification to the build, with an object store that the manifest is read from. */
@WithJenkins
class DatasetPublishedTriggerTest {

    @TempDir
    private Path directory;

    private JenkinsRule jenkins;
    private FaultyS3 s3;
    private ObjectStore store;
    private Notifications minio;

    @BeforeEach
    void configured(JenkinsRule rule) throws Exception {
        jenkins = rule;
        s3 = new FaultyS3();
        store = s3.connect();
        PublishedDatasets.configure(s3.endpoint());
        minio = new Notifications(rule.getURL().toURI());
    }

    @AfterEach
    void closed() throws IOException {
        store.close();
        s3.close();
    }

    private S3Uri publish(String name, String text) throws IOException {
        return PublishedDatasets.publish(store, directory, PublishedDatasets.TO, name, text);
    }

    @Test
    void eachVersionIsBuiltOnceWithExactlyItHoweverFastTheyComeAndHoweverOftenTheyAreTold() throws Exception {
        String stages = """
                def found = resolveDataset manifest: env.MLOPS_DATASET, store: env.MLOPS_DATASET_STORE
                echo "built ${env.MLOPS_DATASET} ${env.MLOPS_DATASET_NAME} ${env.MLOPS_DATASET_VERSION == found.version}"
                """;
        WorkflowJob scripted = jenkins.createProject(WorkflowJob.class, "scripted");
        scripted.setDefinition(new CpsFlowDefinition(
                "properties([pipelineTriggers([datasetPublished(dataset: 's3://lab-data/**', store: 'minio')])])\n"
                        + "if (env.MLOPS_DATASET) {\n" + stages + "}\n",
                true));
        WorkflowJob declarative = jenkins.createProject(WorkflowJob.class, "declarative");
        declarative.setDefinition(new CpsFlowDefinition(
                "pipeline {\nagent none\ntriggers { datasetPublished(dataset: 's3://lab-data/vision/digits') }\n"
                        + "stages { stage('x') { when { expression { env.MLOPS_DATASET } }\nsteps { script {\n"
                        + stages + "} } } }\n}",
                true));
        jenkins.buildAndAssertSuccess(scripted);
        jenkins.buildAndAssertSuccess(declarative);

        List<S3Uri> versions = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            versions.add(publish("digits", "v" + n));
        }
        for (S3Uri version : versions) {
            assertThat(minio.send(version)).isEqualTo(202);
        }
        for (S3Uri version : versions) {
            assertThat(minio.send(version)).isEqualTo(202);
        }
        for (WorkflowJob job : List.of(scripted, declarative)) {
            List<String> logs = new ArrayList<>();
            for (int n = 0; n < versions.size(); n++) {
                WorkflowRun build = MergeJobs.finished(jenkins, job, n + 2);
                jenkins.assertBuildStatusSuccess(build);
                logs.add(jenkins.getLog(build));
                VersionAction published = build.getAction(VersionAction.class);
                assertThat(published.getName()).isEqualTo("digits");
                assertThat(build.getCause(VersionCause.class).getPublished().getManifest())
                        .isEqualTo(published.getManifest());
            }
            assertThat(versions)
                    .allSatisfy(version -> assertThat(logs)
                            .filteredOn(log -> log.contains("built " + version + " digits true"))
                            .hasSize(1));
        }
        PublishedDatasets.settled();
        assertThat(minio.send(versions.get(0))).isEqualTo(202);
        assertThat(minio.send(
                                Notifications.written(
                                        publish("digits", "old"), Instant.now().minus(Duration.ofDays(91))),
                                "Bearer " + Notifications.TOKEN)
                        .body())
                .contains("older than what is remembered");

        S3Uri strange = PublishedDatasets.publish(
                store, directory, "s3://lab-data/räume & 100%+mehr/日本 語", "digits", "unicode");
        assertThat(minio.send(strange)).isEqualTo(202);
        assertThat(jenkins.getLog(MergeJobs.finished(jenkins, scripted, 6)))
                .contains("built " + strange + " digits true");
        PublishedDatasets.settled();
        jenkins.waitUntilNoActivity();
        assertThat(scripted.getNextBuildNumber()).isEqualTo(7);
        assertThat(declarative.getNextBuildNumber()).isEqualTo(6);
    }

    @Test
    void aVersionThatIsToldWhileABuildSetsItsJobsPropertiesIsBuilt() throws Exception {
        WorkflowJob job = PublishedDatasets.create(jenkins, "trains", "s3://lab-data/**");
        WorkflowJob other = PublishedDatasets.create(jenkins, "trains-too", "s3://lab-data/**");
        S3Uri version = publish("digits", "v1");
        TriggersAway.from(job);
        assertThat(minio.send(version)).isEqualTo(202);
        for (WorkflowJob one : List.of(other, job)) {
            assertThat(jenkins.getLog(MergeJobs.finished(jenkins, one, 1))).contains("built " + version);
        }
        PublishedDatasets.settled();
        assertThat(job.getNextBuildNumber()).isEqualTo(2);
        assertThat(other.getNextBuildNumber()).isEqualTo(2);
    }

    @Test
    void aVersionIsBuiltWhenItsManifestCanBeReadAndNotWhenItIsOfSomethingElse() throws Exception {
        WorkflowJob job = PublishedDatasets.create(jenkins, "trains", "s3://lab-data/vision/*");
        S3Uri late = publish("digits", "late");
        String key = late.bucket() + "/" + late.key();
        byte[] manifest = s3.get(key);
        s3.remove(key);
        assertThat(minio.send(late)).isEqualTo(202);
        S3Uri other = S3Uri.parse(late.toString().replace("/digits/", "/letters/"));
        s3.put(other.bucket() + "/" + other.key(), manifest);
        assertThat(minio.send(other)).isEqualTo(202);
        S3Uri broken = S3Uri.parse(PublishedDatasets.TO + "/broken/manifests/" + "ab".repeat(32) + ".json");
        s3.put(broken.bucket() + "/" + broken.key(), "{}".getBytes());
        assertThat(minio.send(broken)).isEqualTo(202);
        MergeJobs.await(() -> page(job).contains("is the manifest of digits"));
        assertThat(job.getLastBuild()).isNull();
        s3.put(key, manifest);

        jenkins.assertBuildStatusSuccess(MergeJobs.finished(jenkins, job, 1));
        PublishedDatasets.settled();
        assertThat(page(job))
                .contains("built: exactly this version", "#1", "not built: " + other + " is the manifest of digits")
                .containsPattern(broken + "\\s+not built: [^\\t\\n]*\\s+minio\\s+sha256:\\w+");
        assertThat(job.getNextBuildNumber()).isEqualTo(2);
    }

    @Test
    void aJobsPageSaysWhyAVersionWasNotBuiltAndTellsStrangersNothing() throws Exception {
        ObjectStoreProfile archive = new ObjectStoreProfile("archive", "http://127.0.0.1:1");
        MlopsConfiguration.get()
                .setObjectStores(List.of(MlopsConfiguration.get().objectStore("minio"), archive));
        FolderPolicy policy = new FolderPolicy("secluded");
        policy.setLocations(List.of("s3://lab-data/public"));
        MlopsConfiguration.get().setPolicies(List.of(policy));
        WorkflowJob other = PublishedDatasets.create(jenkins, "other", "s3://lab-data/vision/letters");
        WorkflowJob secluded = PublishedDatasets.create(jenkins, "secluded", "s3://lab-data/**");
        WorkflowJob broken = PublishedDatasets.create(jenkins, "broken", "digits");
        WorkflowJob disabled = PublishedDatasets.create(jenkins, "disabled", "s3://lab-data/**");
        disabled.setDisabled(true);
        WorkflowJob elsewhere = jenkins.createProject(WorkflowJob.class, "elsewhere");
        elsewhere.setDefinition(new CpsFlowDefinition("", true));
        DatasetPublishedTrigger trigger = new DatasetPublishedTrigger("s3://lab-data/**");
        trigger.setStore("archive");
        elsewhere.addTrigger(trigger);

        S3Uri version = publish("digits", "v1");
        assertThat(minio.send(S3Uri.parse(PublishedDatasets.TO + "/blobs/sha256/ab/cd")))
                .isEqualTo(200);
        assertThat(minio.send(version)).isEqualTo(202);
        PublishedDatasets.settled();
        assertThat(page(other)).contains("it is " + version + ", and the trigger wants s3://lab-data/vision/letters");
        assertThat(page(elsewhere)).contains("it comes from the object store minio, and the trigger wants archive");
        assertThat(page(secluded))
                .contains("refused: The policy of 'secluded' does not allow the location '" + version);
        assertThat(page(broken)).contains("the trigger cannot be used: 'digits' is no pattern of datasets");
        assertThat(page(disabled)).contains("refused: Jenkins takes no build of this job now");
        assertThat(Jenkins.get().getAllItems(WorkflowJob.class)).allMatch(job -> job.getLastBuild() == null);

        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ, Item.CONFIGURE)
                .everywhere()
                .to("ann"));
        try (ACLContext as = ACL.as(User.getById("ann", true))) {
            assertThat(new VersionEventsPage(disabled).getRows()).hasSize(1);
            for (WorkflowJob job : List.of(other, secluded, elsewhere, broken)) {
                assertThat(new VersionEventsPage(job).getRows())
                        .as(job.getName())
                        .isEmpty();
            }
        }
    }

    @Test
    void aNotificationIsTakenOnlyWithATokenThatHolds() throws Exception {
        WorkflowJob job = PublishedDatasets.create(jenkins, "trains", "s3://lab-data/**");
        byte[] body = Notifications.written(publish("digits", "v1"));
        for (String header : new String[] {null, "", "Bearer", "Bearer another", "Basic " + Notifications.TOKEN}) {
            assertThat(minio.send(body, header).statusCode()).as("" + header).isEqualTo(403);
            assertThat(minio.send(new byte[] {'{'}, header).statusCode())
                    .as("" + header)
                    .isEqualTo(403);
        }
        ObjectStoreProfile rotated =
                new ObjectStoreProfile("minio", s3.endpoint().toString());
        rotated.setEventTokenId("new");
        rotated.setPreviousEventTokenId("events");
        MlopsConfiguration.get().setObjectStores(List.of(rotated));
        Webhook.secrets(Map.of("events", Notifications.TOKEN, "new", "another"));
        byte[] nothing = Webhook.recorded("minio-put-tagging");
        assertThat(minio.send(nothing, "Bearer another").statusCode()).isEqualTo(200);
        assertThat(minio.send(nothing, Notifications.TOKEN).statusCode()).isEqualTo(200);
        Webhook.secrets(Map.of("new", "another"));
        assertThat(minio.send(body, "Bearer " + Notifications.TOKEN).statusCode())
                .isEqualTo(403);
        Webhook.secrets(Map.of("new", ""));
        assertThat(minio.send(body, "Bearer ").statusCode()).isEqualTo(403);
        assertThat(VersionInbox.get().kept()).isEmpty();

        Webhook.secrets(Map.of("new", "another"));
        assertThat(minio.send("{}".getBytes(), "another").statusCode()).isEqualTo(400);
        assertThat(minio.send(body, "another").statusCode()).isEqualTo(202);
        jenkins.assertBuildStatusSuccess(MergeJobs.finished(jenkins, job, 1));
    }

    @Test
    void aTriggerIsKeptByItsFormAndWrittenByTheSnippetGenerator() throws Exception {
        DatasetPublishedTrigger trigger = new DatasetPublishedTrigger("s3://lab-data/vision/*");
        trigger.setStore("minio");
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "trains");
        job.setDefinition(new CpsFlowDefinition("", true));
        job.addTrigger(trigger);
        jenkins.configRoundtrip(job);
        jenkins.assertEqualDataBoundBeans(
                trigger, VersionInbox.get().triggers(job).get(0));
        new SnippetizerTester(jenkins)
                .assertRoundTrip(
                        new JobPropertyStep(List.of(new PipelineTriggersJobProperty(List.of(trigger)))),
                        "properties([pipelineTriggers([datasetPublished(dataset: 's3://lab-data/vision/*', store: 'minio')])])");
    }

    private String page(WorkflowJob job) throws Exception {
        try (JenkinsRule.WebClient browser = jenkins.createWebClient().withJavaScriptEnabled(false)) {
            return browser.goTo(job.getUrl() + "mlops-published").asNormalizedText();
        }
    }
}
