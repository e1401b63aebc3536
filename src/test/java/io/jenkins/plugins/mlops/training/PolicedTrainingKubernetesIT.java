package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.TestNamespace;
import io.jenkins.plugins.mlops.card.CardedDatasets;
import io.jenkins.plugins.mlops.card.CardedDatasets.Published;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.training.ClusterController.Outcome;
import io.jenkins.plugins.mlops.training.PolicedController.Keys;
import io.jenkins.plugins.mlops.training.PolicedController.Policy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder in which everything is required: what is refused there, and the model that gets through. */
class PolicedTrainingKubernetesIT extends ClusterTrainingFixture {

    private final SigningKey key = CardedDatasets.newKey();

    @TempDir
    private Path scratch;

    private CardedDatasets datasets;
    private Published numbers;
    private Published holdout;

    @Override
    String jenkinsfile() {
        return """
                node { checkout scm }
                def model = trainModel(spec: 'code/train.yaml', params: [lines: 3])
                node {
                    def gate = evaluationGate rules: 'rules.yaml', model: '%1$s'
                    promoteModel name: '%1$s', gate: gate, approval: approval(message: 'Look')
                }
                """.formatted(bucket);
    }

    @BeforeEach
    void publish() throws Throwable {
        datasets = new CardedDatasets(s3, scratch);
        S3Uri sets = S3Uri.parse("s3://" + bucket + "/sets");
        numbers = datasets.publish("numbers", sets, Map.of("a.txt", "1", "b.txt", "2"));
        holdout = datasets.publish("holdout", sets, Map.of("c.txt", "2.5"));
        String from = Files.readString(directory.resolve("code/train.yaml"));
        write(
                "code/train.yaml",
                from.replace("from: \"s3://" + bucket + "/data\"", "manifest: \"" + numbers.manifest() + "\"")
                        .replace("from: \"s3://" + bucket + "/holdout\"", "manifest: \"" + holdout.manifest() + "\"")
                        // The test cluster's GPUs do not say what they are, which is a gap in the record.
                        .replace("gpus: 1", "gpus: 0"));
        jenkins.runRemotely(PolicedController::secure, new Keys(key.publicKey().pem(), CardedDatasets.privateKey()));
        police();
    }

    @AfterEach
    void close() {
        if (datasets != null) {
            datasets.close();
        }
    }

    private void police(String... changed) throws Throwable {
        String image = TestNamespace.image("python");
        jenkins.runRemotely(
                PolicedController::police,
                new Policy(
                        bucket,
                        bucket,
                        image.substring(0, image.indexOf('@')),
                        namespace.name(),
                        new ArrayList<>(List.of(changed))));
    }

    @Test
    void aModelGetsThroughThatHasAllThatIsRequired() throws Throwable {
        datasets.say(numbers, true, key);
        datasets.say(holdout, true, key);
        beginByAnn();
        await("team/train", "Waiting for somebody to approve that version 1 of " + bucket);
        assertThat(jenkins.runRemotely(PolicedController::approve, "team/train", "ann"))
                .contains("ann cannot give it");
        jenkins.runRemotely(PolicedController::approve, "team/train", "bob");
        Outcome promoted = success("team/train");

        String card = "is anonymised: revision 1 of its card says so, by ada at " + CardedDatasets.AT + ", signed with "
                + key.publicKey().id();
        assertThat(promoted.log().lines().filter(line -> line.endsWith(card)))
                .as(
                        "training set and evaluation set at the training, the training set when it begins to wait and when it is promoted")
                .hasSize(4);
        assertThat(promoted.log()).contains("Approved by bob: looked at it", "champion was not set, is version 1 now");
        assertThat(champion()).isEqualTo(1);
        assertThat(Files.readString(record(promoted)))
                .contains("\"datasetCards\"", "\"evaluation\"")
                .contains("\"anonymised\"", "\"revision\"");
        assertNothingIsLeft();

        staging("", "requires the approval of a promotion by a person");
        datasets.say(numbers, false, key);
        staging(
                ", approval: approval()",
                "version 1 of " + bucket + " is refused: The dataset numbers (" + numbers.manifest()
                        + ") is not marked as anonymised: revision 2 of its card, by ada, says that it is not");
        datasets.say(numbers, true, key);
        Path keys = jenkins.getHome().toPath().resolve("mlops/keys");
        Path gone = scratch.resolve("keys");
        Files.move(keys, gone);
        staging(", approval: approval()", "requires a record that this controller has signed");
        Files.move(gone, keys);
        assertThat(champion()).isEqualTo(1);

        String later = refusedAfterApproval("promoteModel name: '" + bucket
                + "', version: 1, alias: 'staging', override: true, reason: 'in a hurry', approval: approval()");
        assertThat(later).contains("no gate report was given").doesNotContain("overridden");

        Path records = jenkins.getHome().toPath().resolve("mlops/lineage/records");
        Files.move(records, scratch.resolve("records"));
        staging(", approval: approval()", "this controller keeps none that is whole");
        assertThat(version("staging")).isZero();
    }

    @Test
    void whatIsNotAllowedOrNotMarkedDoesNotReachTheCluster() throws Throwable {
        datasets.say(holdout, true, key);
        commit();
        String checkout = "node { git url: '" + directory.toUri() + "', branch: 'main'\n";
        String train = checkout + "trainModel spec: 'code/train.yaml', params: [lines: 2] }";

        assertThat(refused(train))
                .contains("The policy of 'team' requires anonymised data. The dataset numbers (" + numbers.manifest()
                        + ") has no card that says it is anonymised");
        datasets.say(numbers, true, null);
        assertThat(refused(train)).contains("by ada, says so, but no trusted key signed that");
        datasets.say(numbers, true, key);
        datasets.say(holdout, false, key);
        assertThat(refused(train)).contains("The dataset holdout", "says that it is not");
        assertThat(refused(checkout + "trainModel spec: 'code/train.yaml', dataset: 's3://" + bucket + "/data' }"))
                .contains("The dataset data (s3://" + bucket + "/data/) has no card");
        datasets.say(holdout, true, key);

        String image = TestNamespace.image("python");
        String repository = image.substring(0, image.indexOf('@'));
        assertThat(refused(checkout + "trainModel spec: 'code/train.yaml', image: '" + repository + ":latest' }"))
                .contains("The policy of 'team' requires images by their digest");
        assertThat(refused(checkout + "trainModel spec: 'code/train.yaml', parent: 'models:/other@champion' }"))
                .contains("The policy of 'team' does not allow the model 'other': it allows " + bucket);
        String specification = Files.readString(directory.resolve("code/train.yaml"));
        for (String[] each : new String[][] {
            {"images", "", "does not allow the image '" + repository + "': it allows registry.example.org"},
            {"namespaces", "", "does not allow the namespace '" + namespace.name() + "': it allows elsewhere-*"},
            {"clusters", "", "does not allow the default cluster 'gpu': it allows another"},
            {"queues", "", "does not allow to leave out the queue: it allows team-*"},
            {"queues", ", queue: other", "does not allow the queue 'other': it allows team-*"},
            {"priorities", ", priorityClass: high", "does not allow the priority class 'high': it allows low"}
        }) {
            police(each[0]);
            write("code/train.yaml", specification.replace("grace: 2s", "grace: 2s" + each[1]));
            commit();
            assertThat(refused(train)).as(String.join(" ", each)).contains("The policy of 'team' " + each[2]);
        }
        assertThat(namespace.left()).isZero();
        assertNoSecretIn(jenkins.getHome().toPath());
    }

    /** The policy changes while Jenkins is away, and what runs is not allowed any more. */
    @Test
    void whatIsNotAllowedAnyLongerIsTakenOutOfTheClusterAtOnce() throws Throwable {
        datasets.say(numbers, true, key);
        datasets.say(holdout, true, key);
        write("Jenkinsfile", "node { checkout scm }\ntrainModel spec: 'code/train.yaml', params: [lines: 10000]");
        beginByAnn();
        await("team/train", "line 5");
        police("images");
        jenkins.stopJenkins();
        jenkins.startJenkins();

        Outcome outcome = jenkins.runRemotely(ClusterController::end, "team/train");

        assertThat(outcome.result()).as(outcome.log()).isEqualTo("FAILURE");
        assertThat(outcome.log())
                .contains("The policy of 'team' does not allow the image")
                .doesNotContain("\tat ");
        assertNothingIsLeft();
        assertThat(ended("team/train").status()).isEqualTo("FAILED");
        assertThat(tracked(outcome.training().runId()).status()).isEqualTo(RunStatus.FAILED);
    }

    private void beginByAnn() throws Throwable {
        commit();
        jenkins.runRemotely(
                PolicedController::teamJobOfRepository,
                "train",
                directory.toUri().toString());
        jenkins.runRemotely(PolicedController::beginByAnn, "team/train");
    }

    /** A promotion of the version to another alias is refused at once. */
    private void staging(String arguments, String why) throws Throwable {
        assertThat(refused("promoteModel name: '" + bucket + "', version: 1, alias: 'staging'" + arguments))
                .contains("The policy of 'team' requires ")
                .contains(why);
    }

    private int refusals;

    private String refused(String script) throws Throwable {
        String name = begun(script);
        return failed(name);
    }

    private String refusedAfterApproval(String script) throws Throwable {
        String name = begun(script);
        await(name, "Waiting for somebody to approve");
        jenkins.runRemotely(PolicedController::approve, name, "bob");
        return failed(name);
    }

    private String begun(String script) throws Throwable {
        String name = "refused-" + ++refusals;
        jenkins.runRemotely(PolicedController::teamJob, name, script);
        jenkins.runRemotely(PolicedController::beginByAnn, "team/" + name);
        return "team/" + name;
    }

    private String failed(String name) throws Throwable {
        Outcome outcome = jenkins.runRemotely(ClusterController::end, name);
        assertThat(outcome.result()).as(outcome.log()).isEqualTo("FAILURE");
        assertThat(outcome.log()).doesNotContain("\tat ");
        return outcome.log();
    }

    private int champion() {
        return version("champion");
    }

    private int version(String alias) {
        try (MlflowServer server = MlflowServer.connect(new MlflowSettings(mlflow, null), null)) {
            return server.byAlias(bucket, alias).map(ModelVersion::version).orElse(0);
        }
    }
}
