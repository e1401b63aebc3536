package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.mlops.TestNamespace;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.dataset.DvcRepositoryOnDisk;
import io.jenkins.plugins.mlops.training.ClusterController.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code trainModel} and {@code evaluateModel} in the pods of a real cluster. */
class TrainModelKubernetesIT extends ClusterTrainingFixture {

    private static final String JENKINSFILE = """
            node { checkout scm }
            def model = trainModel(spec: 'code/train.yaml', params: [lines: 20])
            echo "trained ${model.digest} of ${model.commit} in run ${model.runId} on ${model.image}"
            node {
                def gate = evaluationGate rules: 'rules.yaml'
                echo "gate ${gate.verdict} of ${gate.modelDigest}"
            }
            """;

    @Override
    String jenkinsfile() {
        return JENKINSFILE;
    }

    /** The step says which, by what another returned or as a map; so does the specification, which the controller has alone. */
    @Test
    void modelsAreTrainedAndMeasuredOnOutputsOfDvc() throws Throwable {
        DvcRepositoryOnDisk repository = trackedByDvc("holdout");
        Files.writeString(
                repository.directory().resolve("code/evaluate.yaml"), """
                name: mean-evaluation
                command: [python3, evaluate.py]
                image: "%s"
                resources: {memory: 128Mi}
                dataset: {from: "s3://nowhere/at-all"}
                """.formatted(TestNamespace.image("python")));
        Files.writeString(repository.directory().resolve("Jenkinsfile"), """
                def set
                node {
                    checkout scm
                    def rev = sh(script: 'git rev-parse HEAD', returnStdout: true).trim()
                    set = resolveDataset dvc: 'set', rev: rev
                    def model = trainModel(spec: 'code/train.yaml', params: [lines: 2, pause: 0], dataset: set)
                    echo "trained in run ${model.runId} on ${model.dataset}"
                    def measured = evaluateModel spec: 'code/evaluate.yaml', dataset: [dvc: 'holdout', rev: "${rev}"]
                    echo "measured ${measured.model}"
                }
                trainModel(spec: 'code/train.yaml', params: [lines: 2, pause: 0], dataset: set)
                """);
        String commit = repository.commit();
        jenkins.runRemotely(
                ClusterController::jobOfRepository,
                "dvc",
                repository.directory().toUri().toString());
        jenkins.runRemotely(ClusterController::begin, "dvc");

        Outcome outcome = jenkins.runRemotely(ClusterController::end, "dvc");

        assertThat(outcome.result()).as(outcome.log()).isEqualTo("FAILURE");
        assertThat(outcome.log())
                .contains(
                        "trained in run ",
                        "measured runs:/" + outcome.training().runId())
                .contains(
                        "is told by a Git repository, which the controller does not have: run the step inside of 'node'");
        assertThat(outcome.training().status()).isEqualTo("FINISHED");
        assertThat(outcome.training().commit()).isEqualTo(commit);
        assertThat(outcome.training().evaluation()).isNotNull();
        assertThat(Files.readString(record(outcome)))
                .contains("dvc:md5:", ".dir", "#" + commit + ":set/", "#" + commit + ":holdout/");
        assertNothingIsLeft();
        assertNoSecretIn(jenkins.getHome().toPath());
    }

    /** The controller has no clone: the agent finds the recorded versions in its own, at the recorded commit. */
    @Test
    void aTrainingOnOutputsOfDvcIsReproducedThoughTheyWentOn() throws Throwable {
        DvcRepositoryOnDisk repository = trackedByDvc("set");
        Files.writeString(repository.directory().resolve("Jenkinsfile"), """
                node {
                    checkout scm
                    trainModel spec: 'code/train.yaml', params: [lines: 2, pause: 0]
                }
                """);
        String commit = repository.commit();
        jenkins.runRemotely(
                ClusterController::jobOfRepository,
                "dvc",
                repository.directory().toUri().toString());
        jenkins.runRemotely(ClusterController::begin, "dvc");
        Outcome first = success("dvc");
        repository.run("printf 30 > set/c.txt; printf 7 > holdout/c.txt; $DVC add -q set holdout; $DVC push -q");
        Files.writeString(repository.directory().resolve("Jenkinsfile"), "error 'another pipeline'");
        repository.commit();

        jenkins.runRemotely(ClusterController::reproduce, "dvc");
        Outcome second = success("dvc");

        assertThat(second.training().commit()).isEqualTo(commit);
        assertThat(second.training().modelDigest()).isEqualTo(first.training().modelDigest());
        assertThat(Files.readString(record(second))).contains("#" + commit + ":set/", "#" + commit + ":holdout/");
        assertThat(jenkins.runRemotely(ClusterController::comparison, "dvc"))
                .contains("Reproduced: all 1 metrics agree, the model is the same, byte for byte");
        assertNothingIsLeft();
    }

    /** The code beside two datasets of DVC. @param output that the specification trains on */
    private DvcRepositoryOnDisk trackedByDvc(String output) throws IOException {
        DvcRepositoryOnDisk repository =
                new DvcRepositoryOnDisk(directory.resolve("tracked"), 3, s3, "s3://" + bucket + "/dvc", s3.endpoint());
        repository.run(
                "mkdir set holdout; printf 1 > set/a.txt; printf 3 > set/b.txt; printf 2.5 > holdout/c.txt; $DVC add"
                        + " -q set holdout; $DVC push -q; mkdir code; cp ../code/*.py code");
        Files.writeString(
                repository.directory().resolve("code/train.yaml"),
                Files.readString(directory.resolve("code/train.yaml"))
                        .replaceAll("(?m)^datasets: .*$", "datasets: {training: {dvc: " + output + ", repo: ..}}")
                        .replaceAll("dataset: \\{from: \"[^\"]*holdout\"}", "dataset: {dvc: ../holdout}"));
        return repository;
    }

    @Test
    void aModelOfTheCommitIsTrainedMeasuredAndJudgedWithoutAnExecutor() throws Throwable {
        String commit = begin();

        Outcome outcome = success("train");

        assertThat(outcome.log())
                .contains("line 19", "password ****", "of " + commit + " in run", "gate pass of sha256:");
        assertThat(outcome.training().status()).isEqualTo("FINISHED");
        assertThat(outcome.training().commit()).isEqualTo(commit);
        assertThat(outcome.training().evaluation()).isNotNull();
        TrackedRun run = tracked(outcome.training().runId());
        assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(run.tags())
                .containsEntry("mlops.commit", commit)
                .containsKeys(RunTags.MODEL_DIGEST, RunTags.LINEAGE);
        assertNothingIsLeft();
        assertNoSecretIn(jenkins.getHome().toPath());
        assertThat(Files.readString(record(outcome))).contains("\"gpuSeconds\"", "jenkins");
    }

    /** The first candidate has no champion to be compared with; the second is, on the same set, by the same evaluator. */
    @Test
    void candidateAndChampionAreMeasuredInPodsOfTheirOwn() throws Throwable {
        write("code/evaluate.yaml", """
                name: mean-evaluation
                experiment: jenkins-%s
                command: [python3, evaluate.py]
                image: "%s"
                resources: {memory: 128Mi}
                dataset: {from: "s3://%s/holdout"}
                """.formatted(bucket, TestNamespace.image("python"), bucket));
        write("rules.yaml", """
                rules:
                  - metric: error
                    direction: lower
                    threshold: 5
                    baseline: champion
                    max_drop: 0.1
                    without_baseline: pass
                """);
        write("Jenkinsfile", """
                node { checkout scm }
                trainModel spec: 'code/train.yaml', params: [lines: 3]
                def measured = evaluateModel spec: 'code/evaluate.yaml', champion: 'models:/%1$s@champion'
                echo "measured ${measured.model}, champion ${measured.champion}"
                node {
                    def gate = evaluationGate rules: 'rules.yaml', model: '%1$s'
                    promoteModel name: '%1$s', gate: gate
                }
                """.formatted(bucket));
        begin();
        Outcome first = success("train");
        assertThat(first.log()).contains("champion null");

        put("data/c.txt", "3");
        jenkins.runRemotely(ClusterController::begin, "train");
        Outcome second = success("train");

        assertThat(second.log())
                .contains("measured runs:/" + second.training().runId(), "champion models:/" + bucket + "/1")
                .contains("Compared with evaluation.json of models:/" + bucket + "/1");
        assertNothingIsLeft();
        assertNoSecretIn(jenkins.getHome().toPath());
    }

    /** By the button of its build, after the branch went on; the plan's commit, image, datasets, parameters and seed are trained. */
    @Test
    void aTrainingIsReproducedThoughTheBranchWentOn() throws Throwable {
        String commit = begin();
        Outcome first = success("train");
        letTheBranchGoOn();

        jenkins.runRemotely(ClusterController::reproduce, "train");
        Outcome second = success("train");

        assertThat(second.training().commit()).isEqualTo(commit);
        assertThat(second.training().modelDigest()).isEqualTo(first.training().modelDigest());
        assertThat(second.training().runId()).isNotEqualTo(first.training().runId());
        assertThat(Files.readString(record(second))).contains("\"repeats\"", "\"reproduce\"");
        assertThat(jenkins.runRemotely(ClusterController::comparison, "train"))
                .contains("Reproduced: all 1 metrics agree, the model is the same, byte for byte");
        assertNothingIsLeft();
    }

    /** The controller dies again and again, at any moment, and each line of the training is in the log once. */
    @Test
    void aKilledControllerLosesNothing() throws Throwable {
        int kills = Integer.getInteger("mlops.test.kills", 3);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        write("Jenkinsfile", JENKINSFILE.replace("lines: 20", "lines: " + 200 * kills));
        begin();
        await("train", "line 5");
        for (int kill = 0; kill < kills; kill++) {
            Thread.sleep(random.nextInt(4_000));
            jenkins.stopJenkinsForcibly();
            jenkins.startJenkins();
        }

        Outcome outcome = jenkins.runRemotely(ClusterController::end, "train");

        assertThat(outcome.result()).as("seed " + seed + "\n" + outcome.log()).isEqualTo("SUCCESS");
        assertThat(outcome.log()
                        .lines()
                        .filter(line -> line.startsWith("line "))
                        .toList())
                .as("seed " + seed)
                .isEqualTo(IntStream.range(0, 200 * kills)
                        .mapToObj(i -> "line " + i)
                        .toList());
        assertThat(runs()).hasSize(1);
        assertNothingIsLeft();
        jenkins.stopJenkins();
        assertNoSecretIn(jenkins.getHome().toPath());
    }

    @Test
    void aStoppedBuildLeavesNothingInTheCluster() throws Throwable {
        trainForLong();
        jenkins.runRemotely(ClusterController::stop, "train");
        assertIsKilled();
    }

    /** Steps do not hear of it. */
    @Test
    void aBuildThatIsKilledHardLeavesNothingInTheCluster() throws Throwable {
        trainForLong();
        jenkins.runRemotely(ClusterController::kill, "train");
        assertIsKilled();
    }

    private void trainForLong() throws Throwable {
        write("Jenkinsfile", JENKINSFILE.replace("lines: 20", "lines: 5000"));
        begin();
        await("train", "line 5");
    }

    private void assertIsKilled() throws Throwable {
        Outcome outcome = jenkins.runRemotely(ClusterController::end, "train");
        assertThat(outcome.result()).as(outcome.log()).isEqualTo(Result.ABORTED.toString());
        assertNothingIsLeft();
        assertThat(ended("train").status()).isEqualTo("KILLED");
        assertThat(tracked(outcome.training().runId()).status()).isEqualTo(RunStatus.KILLED);
    }

    @Test
    void whatIsWrongIsToldInOneSentence() throws Throwable {
        commit();
        String repository = directory.toUri().toString();
        String checkout = "node { git url: '" + repository + "', branch: 'main'\n";
        String failing = fail(checkout + "trainModel spec: 'code/train.yaml', params: [lines: 2, fail: true] }");
        assertThat(failing).contains("Training: ", "code 3").doesNotContain("at io.jenkins");
        assertThat(fail("trainModel spec: 'code/train.yaml'"))
                .contains("Which commit this build is about is not known");
        assertThat(fail(checkout + "trainModel spec: 'none.yaml' }")).contains("There is no specification none.yaml");
        assertThat(fail(checkout + "trainModel spec: '../none.yaml' }")).contains("../none.yaml");
        assertThat(fail(checkout + "trainModel spec: 'code/train.yaml', gpus: 3 }"))
                .contains("does not allow 'mean'", "gpus");
        assertThat(fail(checkout + "trainModel spec: 'code/train.yaml', cluster: 'tpu' }"))
                .contains("There is no cluster 'tpu'", "it has gpu");
        assertThat(fail("trainModel image: 'a'")).contains("'image' and 'command'");
        assertNothingIsLeft();
    }

    @Test
    void theStepAloneIsEnoughForCodeInAWorkspace() throws Throwable {
        jenkins.runRemotely(ClusterController::job, "inline", """
                node {
                    writeFile file: 'fit.py', text: 'import os; open(os.environ["MLOPS_MODEL_DIR"] + "/m", "w").write("1")'
                    def data = resolveDataset from: 's3://%s/data'
                    def model = trainModel(
                        name: 'inline', image: '%s', command: ['python3', 'fit.py'], memory: '128Mi', dataset: data)
                    echo "dataset ${model.dataset} gaps ${model.gaps}"
                }
                """.formatted(bucket, TestNamespace.image("python")));
        jenkins.runRemotely(ClusterController::begin, "inline");

        Outcome outcome = success("inline");

        assertThat(outcome.log()).contains("dataset sha256:");
        assertThat(outcome.training().commit()).isNull();
        assertNothingIsLeft();
    }

    private List<TrackedRun> runs() {
        try (MlflowServer server = MlflowServer.connect(new MlflowSettings(mlflow, null), null)) {
            return server.runsByTag("jenkins-" + bucket, RunTags.COMMIT, head);
        }
    }
}
