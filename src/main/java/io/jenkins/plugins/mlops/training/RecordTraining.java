package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.training.RecordedTraining;
import io.jenkins.plugins.mlops.core.training.RunDirectory;
import io.jenkins.plugins.mlops.core.training.TrainingFacts;
import io.jenkins.plugins.mlops.core.training.TrainingFiles;
import io.jenkins.plugins.mlops.core.training.TrainingRecorder;
import io.jenkins.plugins.mlops.signing.SignedTask;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Records on the agent what a training's body left there; the controller then ends the run. May be done again. */
final class RecordTraining extends SignedTask<RecordTraining.Outcome> {

    private static final long serialVersionUID = 1L;

    private final StartedTraining training;
    private final String source;
    private final boolean modelWanted;
    private final boolean metricsWanted;
    private final PulledDatasets datasets;
    private final long finishedMillis;
    private final MlflowAccess mlflow;
    private final TaskListener listener;

    /**
     * @param source as {@link PrepareTraining.Prepared#source}
     * @param finishedMillis when the body had ended
     */
    RecordTraining(
            StartedTraining training,
            WithMlflowStep step,
            @CheckForNull String source,
            PulledDatasets datasets,
            long finishedMillis,
            MlflowAccess mlflow,
            TaskListener listener) {
        this.training = training;
        this.source = source;
        this.modelWanted = step.getModel() != null;
        this.metricsWanted = step.getMetrics() != null;
        this.datasets = datasets;
        this.finishedMillis = finishedMillis;
        this.mlflow = mlflow;
        this.listener = listener;
    }

    /** What was recorded; null and empty where there was nothing. */
    static final class Outcome implements Serializable {

        private static final long serialVersionUID = 1L;

        final String modelDigest;
        /** The evaluation record itself. */
        final String evaluation;

        final String lineage;
        final ArrayList<String> gaps;
        /** In the bytes that their digests are made of, which are UTF-8. */
        final ArrayList<byte[]> statements = new ArrayList<>();

        final TreeMap<String, String> tags;

        Outcome(RecordedTraining recorded, String evaluation) {
            this.modelDigest =
                    recorded.model() == null ? null : recorded.model().digest().toString();
            this.evaluation = evaluation;
            this.lineage =
                    recorded.lineage() == null ? null : recorded.lineage().toString();
            this.gaps = new ArrayList<>(recorded.gaps());
            recorded.statements().stream().map(Statement::toBytes).forEach(statements::add);
            this.tags = new TreeMap<>(recorded.tags());
        }
    }

    @Override
    protected Outcome run(Path workspace, @CheckForNull ObjectStore store) throws IOException {
        TrainingPlace place = training.place;
        RunDirectory directory = RunDirectory.at(Path.of(place.root), "model");
        TrainingFiles files = new TrainingFiles(
                Path.of(place.model), Path.of(place.output), directory.files().lineage());
        if (!Files.isDirectory(files.lineage())) {
            throw MlopsException.failed("The run directory " + place.root
                    + " is gone, so what was trained cannot be recorded: let the block of withMLflow not delete it");
        }
        takeMetrics(files);
        try (MlflowServer server = mlflow.connect(store)) {
            TrackedRun run = server.run(training.runId)
                    .orElseThrow(() -> MlopsException.failed(
                            "The MLflow run " + training.runId + " is gone: was it deleted during the training?"));
            TrainingFacts facts = training.facts(
                    source == null ? null : Documents.readJson(source, "The commit", SourceRevision.class));
            datasets.gaps().forEach(facts::gap);
            TrainingRecorder recorder = new TrainingRecorder(
                    server, run, files, facts, note -> listener.getLogger().println(note));
            datasets.training().forEach(recorder::trainingDataset);
            datasets.evaluation().ifPresent(recorder::evaluationDataset);
            if (modelWanted || holdsSomething(files.model())) {
                recorder.takeModel();
            } else {
                listener.getLogger()
                        .println("The directory MLOPS_MODEL_DIR is empty: the MLflow run gets no model and no lineage");
            }
            boolean evaluated = metricsWanted || Files.isRegularFile(files.metrics());
            if (evaluated) {
                recorder.takeEvaluation();
            }
            RecordedTraining recorded = recorder.record(Instant.ofEpochMilli(finishedMillis));
            return new Outcome(
                    recorded, evaluated ? Files.readString(files.evaluationRecord(), StandardCharsets.UTF_8) : null);
        }
    }

    /** A metrics file of the user's choice is recorded like one in its usual place. */
    private void takeMetrics(TrainingFiles files) throws IOException {
        Path metrics = Path.of(training.place.metrics);
        if (metrics.equals(files.metrics())) {
            return;
        }
        if (!Files.isRegularFile(metrics)) {
            throw MlopsException.failed(
                    "The block of withMLflow has not written the metrics file " + metrics + " that it was to write");
        }
        Files.copy(metrics, files.metrics(), StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean holdsSomething(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.findAny().isPresent();
        }
    }
}
