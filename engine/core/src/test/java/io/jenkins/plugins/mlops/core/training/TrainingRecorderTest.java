package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.gate.EvaluationRecord;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRecorderTest {

    private static final Instant STARTED = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path directory;

    private final FakeMlflow mlflow = new FakeMlflow();
    private final List<String> notes = new ArrayList<>();
    private TrackedRun run;
    private TrainingFiles files;

    @BeforeEach
    void started() throws IOException {
        run = mlflow.createRun("digits", "digits", Map.of());
        files = new TrainingFiles(
                Files.createDirectory(directory.resolve("model")),
                Files.createDirectory(directory.resolve("evaluation")),
                Files.createDirectory(directory.resolve("lineage")));
        Files.writeString(files.model().resolve("weights"), "w");
        Files.writeString(files.metrics(), "{\"accuracy\": 0.9}");
    }

    @Test
    void recordingAgainMakesTheSameRecord() throws IOException {
        RecordedTraining first = record(STARTED.plusSeconds(60));
        RecordedTraining second = record(STARTED.plusSeconds(60));
        assertThat(second).isEqualTo(first);
        assertThat(first.statements()).hasSize(2);
        assertThat(first.tags())
                .containsEntry(RunTags.MODEL_DIGEST, first.model().digest().toString())
                .containsEntry(RunTags.LINEAGE, first.lineage().toString())
                .containsEntry(RunTags.EVALUATION, first.evaluation().toString());
        assertThat(mlflow.artifacts)
                .containsOnlyKeys(
                        "model/weights",
                        "evaluation/metrics.json",
                        "evaluation/evaluation.json",
                        "lineage/provenance.json",
                        "lineage/evaluation.json");
    }

    @Test
    void theRunEndsWithTheModelsDigestLast() throws IOException {
        RecordedTraining recorded = record(STARTED);
        List<String> calls = new ArrayList<>();
        mlflow.before = call -> {
            calls.add(call);
            assertThat(mlflow.tags.containsKey(RunTags.MODEL_DIGEST)).isEqualTo(call.equals("endRun FINISHED"));
        };
        TrainingRecorder.finish(mlflow, run.runId(), recorded.tags());
        assertThat(calls).containsExactly("setTags", "setTags", "endRun FINISHED");
        assertThat(mlflow.status()).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void metricsWithoutAModelAreRecordedWithoutLineage() throws IOException {
        TrainingRecorder recorder = recorder();
        recorder.takeEvaluation();
        RecordedTraining recorded = recorder.record(STARTED);
        assertThat(recorded.model()).isNull();
        assertThat(recorded.statements()).isEmpty();
        assertThat(recorded.tags()).containsOnlyKeys(RunTags.EVALUATION);
        assertThat(EvaluationRecord.read(files.evaluationRecord()).model()).isNull();
    }

    @Test
    void severalTrainingDatasetsAreAllRecorded() throws IOException {
        TrainingRecorder recorder = recorder();
        DatasetVersion a = dataset("a");
        DatasetVersion b = dataset("b");
        recorder.trainingDataset(a);
        recorder.trainingDataset(b);
        recorder.takeModel();
        RecordedTraining recorded = recorder.record(STARTED);
        assertThat(mlflow.tags)
                .containsEntry(RunTags.TRAINING_DATASET, a.contentId() + "," + b.contentId())
                .containsEntry(RunTags.TRAINING_SOURCE, "source-a,source-b");
        assertThat(new String(recorded.statements().get(0).toBytes(), StandardCharsets.UTF_8))
                .contains(a.contentId().hex(), b.contentId().hex());
    }

    @Test
    void aMetricThatMlflowHasIsNotSentAgain() throws IOException {
        mlflow.known = Map.of("eval/accuracy", 0.9);
        recorder().takeEvaluation();
        assertThat(mlflow.metrics).isEmpty();
    }

    @Test
    void anEmptyModelDirectoryIsNoModel() throws IOException {
        Files.delete(files.model().resolve("weights"));
        assertThatThrownBy(() -> recorder().takeModel())
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("MLOPS_MODEL_DIR is no model");
    }

    private RecordedTraining record(Instant finished) throws IOException {
        TrainingRecorder recorder = recorder();
        recorder.takeModel();
        recorder.takeEvaluation();
        return recorder.record(finished);
    }

    private TrainingRecorder recorder() {
        TrainingFacts facts = new TrainingFacts(
                "id", "digits", new TrainingServices.Builder("https://example.org/job/1/", Map.of()), STARTED);
        return new TrainingRecorder(mlflow, run, files, facts, notes::add);
    }

    private static DatasetVersion dataset(String name) {
        return new DatasetVersion(name, Digest.of(name), "source-" + name, "s3://bucket/" + name, 1, 1);
    }
}
