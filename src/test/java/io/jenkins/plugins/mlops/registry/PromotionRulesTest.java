package io.jenkins.plugins.mlops.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.TrainingProvenance;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.PromotionRequest.Ground;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.policy.FolderPolicy;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What policies require of a version, held against the records that the controller keeps. */
@WithJenkins
class PromotionRulesTest {

    private static final Instant START = Instant.parse("2026-11-25T10:00:00Z");
    private static final String COMMIT = "0123456789012345678901234567890123456789";
    private static final Digest IMAGE = Digest.of("image");

    private FreeStyleProject job;
    private MlopsConfiguration configuration;

    @BeforeEach
    void setUp(JenkinsRule jenkins) throws Exception {
        job = jenkins.createFreeStyleProject("train");
        configuration = MlopsConfiguration.get();
    }

    @Test
    void theRecordCountsAndNotWhatTheVersionSaysOfItself() throws Exception {
        ModelVersion whole = recorded("whole", "run", data("public"), IMAGE, null, true);
        ModelVersion withoutImage = recorded("agent", "run", data("public"), null, null, true);
        ModelVersion gaps = recorded("gaps", "run", null, IMAGE, null, true);
        ModelVersion unknown = recorded("unknown", "run", data("public"), IMAGE, null, false);
        ModelVersion ofAnotherRun = new ModelVersion("digits", 1, "s", "other", List.of(), whole.tags(), START);
        ModelVersion ofAnotherModel = new ModelVersion(
                "digits",
                1,
                "s",
                "run",
                List.of(),
                Map.of(
                        RunTags.MODEL_DIGEST,
                        Digest.of("forged").toString(),
                        RunTags.LINEAGE,
                        whole.tags().get(RunTags.LINEAGE)),
                START);

        rules(policy -> {}).check(unknown);
        assertThat(rules(policy -> {}).binding()).isEmpty();

        PromotionRules lineage = rules(policy -> policy.setRequireLineage(true));
        assertThat(lineage.binding()).containsExactly(Ground.LINEAGE);
        lineage.check(whole);
        lineage.check(withoutImage);
        assertRefused(lineage, gaps, "requires a complete record", "the training dataset is not known");
        for (ModelVersion forged : List.of(unknown, ofAnotherRun, ofAnotherModel)) {
            assertRefused(
                    lineage, forged, "requires a record of how the model came to be", "this controller keeps none");
        }

        PromotionRules image = rules(policy -> policy.setRequireImageDigest(true));
        image.check(whole);
        assertRefused(image, withoutImage, "in an image that is known by its digest");

        PromotionRules anonymised = rules(policy -> policy.setRequireAnonymised(true));
        assertRefused(
                anonymised, whole, "The dataset public (s3://data/public) has no card that says it is anonymised");
        configuration.setAnonymisedDatasets(List.of(Digest.of("public").toString()));
        anonymised.check(whole);
        assertRefused(anonymised, gaps, "the data of a training is not known");
        assertRefused(anonymised, unknown, "its data is not known");
        recorded("parent", "earlier", data("private"), IMAGE, null, true);
        ModelVersion child =
                recorded("child", "run", data("public"), IMAGE, files("parent").digest(), true);
        assertRefused(anonymised, child, "The dataset private");
        ModelVersion orphan = recorded("orphan", "run", data("public"), IMAGE, Digest.of("nobody"), true);
        assertRefused(anonymised, orphan, "the data of its parent models:/digits/1 is not known");

        PromotionRules signed = rules(policy -> policy.setRequireSignedRecord(true));
        assertRefused(signed, whole, "requires a record that this controller has signed");
        key();
        ModelVersion later = recorded("later", "run", data("public"), IMAGE, null, true);
        signed.check(later);
        Path signature = ControllerLineage.store()
                .directory()
                .resolve("signatures")
                .resolve(Digest.parse(later.tags().get(RunTags.LINEAGE)).hex() + ".json");
        Files.writeString(signature, Files.readString(signature).replaceAll("\"sig\"\\s*:\\s*\"", "$0AAAA"));
        assertRefused(signed, later, "it has none with a signature that holds");
    }

    @Test
    void whoStartedTheBuildOrWroteTheCommitCannotApprove() {
        PromotionRules rules = rules(policy -> policy.setRequireApproval(true));
        List<String> concerned = List.of("ann", "bob");
        assertThatThrownBy(() -> rules.checkApproved(List.of(), concerned)).hasMessageContaining("there is none");
        assertThatThrownBy(() -> rules.checkApproved(List.of("Ann", "bob"), concerned))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("The policy of 'train' requires the approval")
                .hasMessageContaining("Ann, bob cannot give it");
        rules.checkApproved(List.of("ann", "eve"), concerned);
        rules(policy -> {}).checkApproved(List.of(), concerned);
    }

    private PromotionRules rules(Consumer<FolderPolicy> writing) {
        FolderPolicy policy = new FolderPolicy("train");
        writing.accept(policy);
        configuration.setPolicies(List.of(policy));
        return new PromotionRules(JobPolicy.of((Item) job));
    }

    private static void assertRefused(PromotionRules rules, ModelVersion version, String... said) {
        assertThatThrownBy(() -> rules.check(version))
                .isInstanceOf(MlopsException.class)
                .hasMessageStartingWith("The policy of 'train' requires")
                .hasMessageContainingAll(said);
    }

    private static DatasetVersion data(String name) {
        return new DatasetVersion(name, Digest.of(name), "s3-prefix:" + Digest.of("source"), "s3://data/" + name, 1, 1);
    }

    private static ModelFiles files(String model) {
        Digest file = Digest.of(model);
        return new ModelFiles(
                new TreeDigest().add("model.bin", 1, file).finish(),
                1,
                List.of(new ModelFiles.ModelFile("model.bin", 1, file)));
    }

    /** A version whose tags are right. @param kept whether the controller has the record that they name */
    private static ModelVersion recorded(
            String model, String run, DatasetVersion data, Digest image, Digest parent, boolean kept) {
        TrainingProvenance training = Provenance.training(files(model))
                .builder("urn:test", Map.of())
                .run(model, START, START.plusSeconds(60))
                .commit("https://example.org/repo.git", COMMIT)
                .mlflowRun("https://mlflow.example.org/run", "digits", run);
        if (data != null) {
            training.trainingDataset(data);
        }
        if (image == null) {
            training.environment("pip", Digest.of("pip"));
        } else {
            training.image("registry.example.org/train", image);
        }
        if (parent != null) {
            training.parent("models:/digits/1", parent);
        }
        Digest record = kept
                ? ControllerLineage.store().append(training.statement())
                : Digest.of(training.statement().toBytes());
        return new ModelVersion(
                "digits",
                1,
                "s",
                run,
                List.of(),
                Map.of(RunTags.MODEL_DIGEST, files(model).digest().toString(), RunTags.LINEAGE, record.toString()),
                START);
    }

    private void key() throws Exception {
        byte[] pkcs8 = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        String pem = "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(pkcs8)
                + "\n-----END PRIVATE KEY-----\n";
        SystemCredentialsProvider.getInstance()
                .setDomainCredentialsMap(Map.of(
                        Domain.global(),
                        List.of(new StringCredentialsImpl(
                                CredentialsScope.SYSTEM, "key", null, Secret.fromString(pem)))));
        configuration.setSigningKeyCredentialsId("key");
    }
}
