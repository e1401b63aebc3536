package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.card.Card;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.gate.EvaluationRecord;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TrainingRunTest {

    private static final String TRAIN = "cat $MLOPS_DATASET_DIR/data.txt > $MLOPS_MODEL_DIR/weights; echo trained";
    private static final String EVALUATE =
            "cat $MLOPS_MODEL_DIR/weights $MLOPS_EVALUATION_DATASET_DIR/data.txt > $MLOPS_OUTPUT_DIR/samples.csv;"
                    + " echo '{\"accuracy\": 0.9, \"slices\": {\"night\": {\"accuracy\": 0.8}}}' > $MLOPS_METRICS_FILE";

    @TempDir
    Path directory;

    private final FakeMlflow mlflow = new FakeMlflow();
    private final FakeDatasets datasets = new FakeDatasets();
    private final List<String> notes = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    @Test
    void aTrainingIsRecordedFromDataToModel() throws Exception {
        TrainingResult result = run(TRAIN, EVALUATE, "seed: 7\nparams: {lr: 0.1}\n");

        ModelFiles model = ModelFiles.of(Path.of(result.model().directory()));
        assertThat(model.digest()).isEqualTo(result.model().digest());
        assertThat(mlflow.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(mlflow.params).containsEntry("lr", "0.1").containsEntry("seed", "7");
        assertThat(mlflow.metrics).containsExactly(Map.entry("eval/accuracy", 0.9));
        assertThat(mlflow.datasets).containsEntry("training", "train").containsEntry("evaluation", "eval");
        assertThat(mlflow.tags)
                .containsEntry(RunTags.MODEL_DIGEST, model.digest().toString())
                .containsEntry(
                        RunTags.TRAINING_DATASET,
                        result.datasets().training().version().toString())
                .containsEntry(
                        RunTags.TRAINING_SOURCE, result.datasets().training().source())
                .containsEntry(
                        RunTags.EVALUATION_DATASET,
                        result.datasets().evaluation().version().toString())
                .containsEntry(RunTags.LINEAGE, result.lineage().digest().toString())
                .containsEntry(
                        RunTags.EVALUATION,
                        Digest.of(Path.of(result.evaluation())).toString())
                .containsKey(RunTags.RUN);
        assertThat(mlflow.artifacts.keySet())
                .containsExactly(
                        "evaluation/evaluation.json",
                        "evaluation/metrics.json",
                        "evaluation/samples.csv",
                        "lineage/evaluation.json",
                        "lineage/provenance.json",
                        "model/weights");
        assertThat(Digest.of(mlflow.artifacts.get("lineage/provenance.json")))
                .isEqualTo(result.lineage().digest());
        assertThat(EvaluationRecord.read(Path.of(result.evaluation())).model()).isEqualTo(model.digest());
        assertThat(lines).containsExactly("TRAINING trained");
        assertThat(store().knows(model.digest())).isTrue();
    }

    @Test
    void dataThatIsNotMarkedAsAnonymisedIsRefusedWhereThatIsRequired() throws IOException {
        String require = "require: {anonymised: true}\n";
        assertThatThrownBy(() -> run(TRAIN, EVALUATE, require))
                .hasMessageContaining("train")
                .hasMessageContaining("has no card")
                .hasMessageContaining("mlops dataset card set")
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED));
        datasets.card = new Card("ada", null, null, null, false, null, null);
        assertThatThrownBy(() -> run(TRAIN, EVALUATE, require))
                .hasMessageContaining("revision 2 of its card, by ada, says that it is not");
        assertThat(directory.resolve("run")).doesNotExist();

        datasets.card =
                new Card(null, null, null, null, true, new Card.Evidence("report.pdf", Digest.of("report"), 6), null);
        TrainingResult result = run(TRAIN, EVALUATE, require);
        assertThat(Files.readString(Path.of(result.lineage().record())))
                .contains("datasetCards")
                .contains(Digest.of("card").toString());
        assertThat(notes)
                .anyMatch(
                        note -> note.contains("is anonymised: revision 2 of its card says so, by ada at 1970-01-01T"));
    }

    @Test
    void aTrainingWithoutADatasetIsRefusedWhereAnonymisedDataIsRequired() throws IOException {
        Path file = directory.resolve("train.yaml");
        Files.writeString(file, "name: x\ncommand: [sh]\nrequire: {anonymised: true}\n");
        TrainingSpecification specification = TrainingSpecification.read(file);
        assertThatThrownBy(() -> new TrainingRun(services(), backend())
                        .run(specification, UUID.randomUUID(), directory.resolve("run"), new Listener()))
                .hasMessageContaining("names no dataset");
    }

    @Test
    void theTrainingCommandCannotSeeTheEvaluationDataset() {
        TrainingResult result = run(
                "test -z \"$MLOPS_EVALUATION_DATASET_DIR\" && test ! -e ../run/evaluation-dataset && " + TRAIN,
                EVALUATE,
                "");
        assertThat(result.run().status()).isEqualTo("FINISHED");
    }

    @Test
    void aFailureIsToldWithItsLastLineAndLeavesNoModel() throws IOException {
        assertThatThrownBy(
                        () -> run("echo half > $MLOPS_MODEL_DIR/weights; echo 'ValueError: bad'; exit 1", EVALUATE, ""))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("The training command failed with exit code 1, last line: ValueError: bad")
                .hasMessageContaining("training.log");
        assertNothingLooksDone(RunStatus.FAILED);
    }

    @Test
    void aFailedCommandIsTriedAgainWithAnEmptyOutputAndItsCheckpoints() {
        TrainingResult result = run(
                "ls $MLOPS_MODEL_DIR; if [ -e $MLOPS_CHECKPOINT_DIR/1 ]; then " + TRAIN
                        + "; else touch $MLOPS_CHECKPOINT_DIR/1 $MLOPS_MODEL_DIR/broken; exit 1; fi",
                EVALUATE,
                "retries: 1\n");
        assertThat(result.model().files()).isEqualTo(1);
        assertThat(lines).containsExactly("TRAINING trained");
    }

    @Test
    void theDeadlineIsNotTriedAgain() throws IOException {
        assertThatThrownBy(() -> run("echo start; sleep 60", EVALUATE, "retries: 3\ndeadlines: {run: 2s}\n"))
                .hasMessageContaining("was stopped at its deadline");
        assertThat(lines).containsOnlyOnce("TRAINING start");
        assertNothingLooksDone(RunStatus.FAILED);
    }

    @Test
    void anEmptyModelDirectoryIsAFailure() throws IOException {
        assertThatThrownBy(() -> run("true", EVALUATE, "")).hasMessageContaining("MLOPS_MODEL_DIR is no model");
        assertNothingLooksDone(RunStatus.FAILED);
    }

    @Test
    void aLinkInTheModelDirectoryIsRefused() throws IOException {
        assertThatThrownBy(() -> run(TRAIN + "; ln -s /etc/passwd $MLOPS_MODEL_DIR/link", EVALUATE, ""))
                .hasMessageContaining("is a link");
        assertNothingLooksDone(RunStatus.FAILED);
    }

    @Test
    void anEvaluationWithoutMetricsIsAFailure() throws IOException {
        assertThatThrownBy(() -> run(TRAIN, "true", "")).hasMessageContaining("wrote no metrics");
        assertNothingLooksDone(RunStatus.FAILED);
    }

    @Test
    void anEvaluationMayNotChangeTheModel() throws IOException {
        assertThatThrownBy(() -> run(TRAIN, EVALUATE + "; echo x >> $MLOPS_MODEL_DIR/weights", ""))
                .hasMessageContaining("changed the model");
        assertNothingLooksDone(RunStatus.FAILED);
    }

    @Test
    void aMetricThatIsNoNumberStaysInTheFileAlone() throws IOException {
        TrainingResult result = run(TRAIN, "echo '{\"loss\": NaN, \"accuracy\": 0.5}' > $MLOPS_METRICS_FILE", "");
        assertThat(mlflow.metrics).containsOnlyKeys("eval/accuracy");
        assertThat(Files.readString(Path.of(result.metrics()))).contains("NaN");
        assertThat(notes).anyMatch(note -> note.contains("metric loss is NaN"));
    }

    @Test
    void aMetricWhoseNameMlflowRefusesStaysInTheFileAlone() {
        run(TRAIN, "echo '{\"top%\": 1, \"accuracy\": 0.5}' > $MLOPS_METRICS_FILE", "");
        assertThat(mlflow.metrics).containsOnlyKeys("eval/accuracy");
        assertThat(notes).anyMatch(note -> note.contains("top%") && note.contains("does not take its name"));
    }

    @Test
    void aSecretOfTheCallerIsNowhere() throws IOException {
        run("env; " + TRAIN, "env; " + EVALUATE, "");
        assertThat(lines).isNotEmpty().noneMatch(line -> line.contains("planted"));
        assertThat(notes).noneMatch(note -> note.contains("planted"));
        for (byte[] artifact : mlflow.artifacts.values()) {
            assertThat(new String(artifact, StandardCharsets.UTF_8)).doesNotContain("planted");
        }
        assertThat(mlflow.tags.toString() + mlflow.params).doesNotContain("planted");
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("planted");
            }
        }
    }

    @Test
    void theCodeIsGivenMlflowAndItsCredentials() {
        run("env; " + TRAIN, EVALUATE, "experiment: e\n");
        assertThat(lines)
                .contains(
                        "TRAINING MLFLOW_TRACKING_URI=http://mlflow.example.org",
                        "TRAINING MLFLOW_RUN_ID=" + FakeMlflow.RUN,
                        "TRAINING MLFLOW_EXPERIMENT_NAME=e",
                        "TRAINING MLFLOW_TRACKING_USERNAME=user");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "logParams",
                "logDataset",
                "setTags",
                "endRun RUNNING",
                "logMetrics",
                "upload model",
                "upload evaluation",
                "upload lineage",
                "endRun FINISHED"
            })
    void anInterruptAtAnyStageEndsTheRunAsKilled(String stage) throws IOException {
        mlflow.before = call -> {
            if (call.equals(stage)) {
                Thread.currentThread().interrupt();
            }
        };
        try {
            assertThatThrownBy(() -> run(TRAIN, EVALUATE, "params: {lr: 1}\n"))
                    .isInstanceOfSatisfying(
                            MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.INTERRUPTED));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(mlflow.status()).isEqualTo(RunStatus.KILLED);
        assertThat(directory.resolve("run/output")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"logDataset", "upload model", "upload lineage"})
    void mlflowAwayIsAFailureThatLeavesNoModel(String stage) throws IOException {
        mlflow.before = call -> {
            if (call.equals(stage)) {
                throw MlopsException.unreachable("MLflow is away", null);
            }
        };
        assertThatThrownBy(() -> run(TRAIN, EVALUATE, "")).hasMessage("MLflow is away");
        assertNothingLooksDone(RunStatus.FAILED);
    }

    @Test
    void aRunThatCannotBeEndedIsTold() {
        mlflow.before = call -> {
            if (!call.equals("createRun")) {
                throw MlopsException.unreachable("MLflow is away", null);
            }
        };
        assertThatThrownBy(() -> run(TRAIN, EVALUATE, ""))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.UNREACHABLE))
                .hasMessageContaining("could not be ended");
    }

    @Test
    void mlflowAwayAtTheStartLeavesNothing() {
        mlflow.before = call -> {
            throw MlopsException.unreachable("MLflow is away", null);
        };
        assertThatThrownBy(() -> run(TRAIN, EVALUATE, "")).hasMessage("MLflow is away");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void aDatasetThatChangesBetweenResolvingAndPullingIsAFailure() throws IOException {
        datasets.resolvedBefore = "0";
        assertThatThrownBy(() -> run(TRAIN, EVALUATE, "")).hasMessageContaining("changed while the training started");
        assertNothingLooksDone(RunStatus.FAILED);
    }

    @Test
    void aRunDirectoryIsNeverUsedTwice() throws IOException {
        Files.createDirectories(directory.resolve("run/old"));
        assertThatThrownBy(() -> run(TRAIN, EVALUATE, "")).hasMessageContaining("holds something already");
        assertThat(mlflow.statuses).isEmpty();
    }

    @Test
    void aParentIsDownloadedCheckedAndRecorded() throws IOException {
        TrainingResult result = withParent(null, "cat $MLOPS_PARENT_MODEL_DIR/weights > $MLOPS_MODEL_DIR/weights");
        assertThat(mlflow.tags)
                .containsEntry(RunTags.PARENT, "models:/digits/3")
                .containsEntry(RunTags.PARENT_DIGEST, parentDigest().toString());
        assertThat(Files.readString(Path.of(result.lineage().record())))
                .contains("models:/digits/3")
                .contains(parentDigest().hex());
    }

    @Test
    void aParentWithOtherFilesThanRegisteredIsRefused() throws IOException {
        assertThatThrownBy(() -> withParent(Digest.of("other"), TRAIN))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED))
                .hasMessageContaining("somebody changed them");
        assertNothingLooksDone(RunStatus.FAILED);
    }

    @Test
    void aParentThatDoesNotExistIsToldBeforeAnythingIsMade() {
        assertThatThrownBy(() -> run(TRAIN, EVALUATE, "parent: models:/digits@champion\n"))
                .hasMessageContaining("models:/digits@champion does not exist");
        assertThat(mlflow.statuses).isEmpty();
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void aPythonCommandsPackagesAreRecorded() throws IOException {
        Path script = directory.resolve("train.py");
        Files.writeString(script, "import os\nopen(os.environ['MLOPS_MODEL_DIR'] + '/m', 'w').write('m')\n");
        TrainingResult result = run(List.of("python3", script.toString()), EVALUATE.replace("weights", "m"), "");
        assertThat(mlflow.tags).containsKey(RunTags.ENVIRONMENT);
        assertThat(new String(mlflow.artifacts.get("lineage/environment.json"), StandardCharsets.UTF_8))
                .contains("\"python\" : \"3.")
                .contains("\"packages\"");
        assertThat(result.gaps()).noneMatch(gap -> gap.contains("environment"));
    }

    @Test
    void whatIsNotKnownIsNamed() {
        TrainingResult result = run(TRAIN, EVALUATE, "");
        assertThat(result.gaps())
                .anyMatch(gap -> gap.contains("commit"))
                .anyMatch(gap -> gap.contains("the command names no Python"));
    }

    private TrainingResult withParent(Digest registered, String train) throws IOException {
        mlflow.artifacts.put("parent/weights", "parent".getBytes(StandardCharsets.UTF_8));
        Digest digest = registered == null ? parentDigest() : registered;
        mlflow.register("digits", 3, "champion", Map.of(RunTags.MODEL_DIGEST, digest.toString()));
        return run(train, EVALUATE, "parent: models:/digits@champion\n");
    }

    private Digest parentDigest() throws IOException {
        Path copy = Files.createDirectories(directory.resolve("parent-copy"));
        Files.writeString(copy.resolve("weights"), "parent");
        return ModelFiles.of(copy).digest();
    }

    private TrainingResult run(String train, String evaluate, String more) {
        return run(List.of("sh", "-c", train), evaluate, more);
    }

    private TrainingResult run(List<String> train, String evaluate, String more) {
        try {
            Path code = Files.createDirectories(directory.resolve("code"));
            Path file = code.resolve("train.yaml");
            String yaml = "name: digits\ncommand: " + json(train) + "\n"
                    + "datasets: {training: {from: 's3://bucket/train'}}\n"
                    + "evaluation: {command: " + json(List.of("sh", "-c", evaluate))
                    + ", dataset: {from: 's3://bucket/eval'}}\n"
                    + more;
            Files.writeString(file, yaml);
            TrainingSpecification specification = TrainingSpecification.read(file);
            Files.delete(file);
            return new TrainingRun(services(), backend())
                    .run(specification, UUID.randomUUID(), directory.resolve("run"), new Listener());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String json(List<String> list) {
        return Documents.toJson(list).replace("\n", " ");
    }

    private static ProcessBackend backend() {
        Map<String, String> caller = Map.of(
                "PATH",
                System.getenv("PATH"),
                "HOME",
                System.getProperty("user.home"),
                "AWS_SECRET_ACCESS_KEY",
                "planted");
        return new ProcessBackend(caller, Duration.ofSeconds(5));
    }

    private TrainingServices services() {
        return new TrainingServices(
                datasets,
                datasets,
                mlflow,
                mlflow,
                new MlflowSettings(
                        URI.create("http://mlflow.example.org"),
                        new MlflowSettings.Credentials("user", "password", null)),
                store(),
                Withdrawals.none(),
                new TrainingServices.Builder("https://example.org/test", Map.of()));
    }

    private LineageStore store() {
        return LineageStore.open(directory.resolve("lineage"));
    }

    private void assertNothingLooksDone(RunStatus status) throws IOException {
        assertThat(mlflow.status()).isEqualTo(status);
        assertThat(mlflow.tags).doesNotContainKey(RunTags.MODEL_DIGEST);
        assertThat(directory.resolve("run/output")).doesNotExist();
    }

    private final class Listener implements TrainingListener {
        @Override
        public void note(String text) {
            notes.add(text);
        }

        @Override
        public void output(Stage stage, String line) {
            lines.add(stage + " " + line);
        }
    }
}
