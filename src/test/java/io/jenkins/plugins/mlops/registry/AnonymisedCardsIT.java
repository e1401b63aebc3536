package io.jenkins.plugins.mlops.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.Result;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.card.CardedDatasets;
import io.jenkins.plugins.mlops.card.CardedDatasets.Published;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.policy.FolderPolicy;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Cards in a real object store decide what a policy that requires anonymised data lets pass. */
@WithJenkins
class AnonymisedCardsIT {

    private static final Instant START = Instant.parse("2026-11-25T10:00:00Z");

    private final TestServers.S3 s3 = TestServers.s3();
    private final SigningKey trusted = CardedDatasets.newKey();
    private final SigningKey stranger = CardedDatasets.newKey();

    @TempDir
    private Path scratch;

    private JenkinsRule jenkins;
    private CardedDatasets datasets;
    private FreeStyleProject job;
    private MlopsConfiguration configuration;
    private String bucket;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        datasets = new CardedDatasets(s3, scratch);
        bucket = s3.newBucket();
        job = rule.createFreeStyleProject("train");
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .addAll(List.of(
                        new UsernamePasswordCredentialsImpl(
                                CredentialsScope.SYSTEM, "s3", null, s3.accessKey(), s3.secretKey()),
                        new UsernamePasswordCredentialsImpl(
                                CredentialsScope.SYSTEM, "wrong", null, s3.accessKey(), "no such secret key")));
        configuration = MlopsConfiguration.get();
        configuration.setObjectStores(List.of(store("locked", "wrong"), store("store", "s3")));
        configuration.setCardKeys(trusted.publicKey().pem());
        policy(new FolderPolicy("train"));
    }

    @AfterEach
    void tearDown() {
        datasets.close();
    }

    private ObjectStoreProfile store(String name, String credentials) {
        ObjectStoreProfile store = new ObjectStoreProfile(name, s3.endpoint());
        store.setCredentialsId(credentials);
        return store;
    }

    private void policy(FolderPolicy policy) {
        policy.setRequireAnonymised(true);
        configuration.setPolicies(List.of(policy));
    }

    @Test
    void aPromotionBelievesTheNewestCardIfATrustedKeySignedIt() throws Exception {
        Published said = publish("said");
        datasets.say(said, true, trusted);
        assertThat(promote(said))
                .containsExactly("The dataset said (" + said.manifest()
                        + ") is anonymised: revision 1 of its card says so, by ada at 2026-11-20T08:00:00Z, signed with "
                        + trusted.publicKey().id());

        assertRefused(publish("silent"), "has no card that says it is anonymised");
        Published no = publish("no");
        datasets.say(no, false, trusted);
        assertRefused(no, "revision 1 of its card, by ada, says that it is not");
        Published unsigned = publish("unsigned");
        datasets.say(unsigned, true, null);
        assertRefused(unsigned, "says so, but no trusted key signed that");
        Published strange = publish("strange");
        datasets.say(strange, true, stranger);
        assertRefused(strange, "says so, but no trusted key signed that");

        datasets.say(said, false, trusted);
        assertRefused(said, "revision 2 of its card, by ada, says that it is not");
        datasets.say(said, true, stranger);
        assertRefused(said, "revision 3 of its card, by ada, says so, but no trusted key signed that");

        configuration.setAnonymisedDatasets(List.of(said.version().contentId().toString()));
        assertThat(promote(said)).singleElement().asString().endsWith("Jenkins' configuration lists it");
    }

    @Test
    void withoutTrustedKeysNoCardCounts() throws Exception {
        Published said = publish("said");
        datasets.say(said, true, trusted);
        configuration.setCardKeys(null);
        assertRefused(said, "this Jenkins trusts no key of cards yet");
    }

    @Test
    void cardsAreReadOnlyWhereTheJobMayRead() throws Exception {
        Published said = publish("said");
        datasets.say(said, true, trusted);
        FolderPolicy elsewhere = new FolderPolicy("train");
        elsewhere.setLocations(List.of("s3://elsewhere"));
        policy(elsewhere);
        assertRefused(said, "has no card");

        configuration.setObjectStores(
                List.of(store("store", "s3"), new ObjectStoreProfile("away", "http://127.0.0.1:1")));
        policy(new FolderPolicy("train"));
        assertThatThrownBy(() -> promote(said))
                .as("who cannot be asked may have a newer card")
                .isInstanceOf(MlopsException.class)
                .hasFieldOrPropertyWithValue("kind", MlopsException.Kind.UNREACHABLE);
        FolderPolicy allowing = new FolderPolicy("train");
        allowing.setObjectStores(List.of("store"));
        policy(allowing);
        assertThat(promote(said)).hasSize(1);
    }

    /** What a training in a workspace learns from is what was pulled there. */
    @Test
    void onlyAnonymisedDataIsPulled() throws Exception {
        Published said = publish("said");
        datasets.say(said, true, trusted);
        Published no = publish("no");
        WorkflowJob pulling = jenkins.createProject(WorkflowJob.class, "pull");
        FolderPolicy policy = new FolderPolicy("pull");
        policy.setObjectStore("store");
        policy(policy);
        pulling.setDefinition(
                new CpsFlowDefinition("node { pullDataset manifest: '" + said.manifest() + "', into: 'data' }", true));
        WorkflowRun pulled = jenkins.buildAndAssertSuccess(pulling);
        jenkins.assertLogContains("is anonymised: revision 1 of its card says so, by ada", pulled);

        for (String refused : List.of(
                "manifest: '" + no.manifest() + "'",
                "from: 's3://" + bucket + "/said'",
                "from: 's3://" + bucket + "/said', role: 'evaluation'")) {
            pulling.setDefinition(
                    new CpsFlowDefinition("node { deleteDir()\npullDataset into: 'data', " + refused + " }", true));
            WorkflowRun build = jenkins.buildAndAssertStatus(Result.FAILURE, pulling);
            jenkins.assertLogContains("The policy of 'pull' requires anonymised data. The dataset ", build);
            jenkins.assertLogNotContains("Pulled ", build);
        }
    }

    private Published publish(String name) throws Exception {
        return datasets.publish(name, S3Uri.parse("s3://" + bucket), Map.of("a.txt", name));
    }

    private void assertRefused(Published dataset, String why) {
        assertThatThrownBy(() -> promote(dataset))
                .isInstanceOf(MlopsException.class)
                .hasFieldOrPropertyWithValue("kind", MlopsException.Kind.REFUSED)
                .hasMessageStartingWith("The policy of 'train' requires anonymised data alone")
                .hasMessageContaining(why);
    }

    /** What a promotion asks of a version that was trained on the dataset. */
    private List<String> promote(Published dataset) {
        DatasetVersion data = dataset.version();
        Digest file = Digest.of(UUID.randomUUID().toString());
        ModelFiles files = new ModelFiles(
                new TreeDigest().add("model.bin", 1, file).finish(),
                1,
                List.of(new ModelFiles.ModelFile("model.bin", 1, file)));
        Digest record = ControllerLineage.store()
                .append(Provenance.training(files)
                        .builder("urn:test", Map.of())
                        .run("training", START, START.plusSeconds(60))
                        .commit("https://example.org/repo.git", "0123456789012345678901234567890123456789")
                        .mlflowRun("https://mlflow.example.org/run", "digits", "run")
                        .trainingDataset(data)
                        .environment("pip", Digest.of("pip"))
                        .statement());
        return new PromotionRules(JobPolicy.of((Item) job))
                .check(new ModelVersion(
                        "digits",
                        1,
                        "s",
                        "run",
                        List.of(),
                        Map.of(RunTags.MODEL_DIGEST, files.digest().toString(), RunTags.LINEAGE, record.toString()),
                        START));
    }
}
