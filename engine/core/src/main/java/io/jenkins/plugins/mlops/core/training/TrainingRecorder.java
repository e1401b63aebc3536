package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationOutput;
import io.jenkins.plugins.mlops.core.gate.Evaluator;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Records what a training did once its code has run, whoever ran it: {@link #takeModel}, {@link #takeEvaluation} when there
 * are metrics, {@link #record}, and, after the caller has kept the statements, {@link #finish}. All of it may be done again
 * after it broke off, with the same outcome. Not thread-safe.
 */
public final class TrainingRecorder {

    private final TrackingServer tracking;
    private final TrackedRun run;
    private final TrainingFiles files;
    private final TrainingFacts facts;
    private final Consumer<String> notes;

    /**
     * @param run of the training, in {@code tracking}
     * @param facts what is known, and will be while this works
     * @param notes hears what people should know, one sentence without a full stop
     */
    public TrainingRecorder(
            TrackingServer tracking, TrackedRun run, TrainingFiles files, TrainingFacts facts, Consumer<String> notes) {
        this.tracking = tracking;
        this.run = run;
        this.files = files;
        this.facts = facts;
        this.notes = notes;
    }

    /** Records what the model learned from; of several datasets each. */
    public void trainingDataset(DatasetVersion dataset) {
        facts.training.add(dataset);
        tracking.logDataset(run.runId(), dataset, Provenance.TRAINING_DATA);
        tracking.setTags(
                run.runId(),
                Map.of(
                        RunTags.TRAINING_DATASET,
                        facts.training.stream().map(TrainingRecorder::version).collect(Collectors.joining(",")),
                        RunTags.TRAINING_SOURCE,
                        facts.training.stream().map(DatasetVersion::sourceId).collect(Collectors.joining(","))));
    }

    private static String version(DatasetVersion dataset) {
        return String.valueOf(dataset.contentId());
    }

    /** Records what the model is measured on. */
    public void evaluationDataset(DatasetVersion dataset) {
        facts.evaluationSet = dataset;
        tracking.logDataset(run.runId(), dataset, Provenance.EVALUATION_DATA);
    }

    /**
     * Reads the model.
     *
     * @throws MlopsException of kind FAILED when what the code left is no model
     */
    public void takeModel() {
        facts.model = modelFiles();
        notes.accept(
                "Model " + facts.model.digest() + ", " + facts.model.files().size() + " files");
    }

    /** @throws MlopsException of kind FAILED when the model is not any more what was taken: the evaluation changed it */
    void requireSameModel() {
        if (!modelFiles().digest().equals(facts.model.digest())) {
            throw MlopsException.failed(
                    "The evaluation changed the model in MLOPS_MODEL_DIR: let it write to MLOPS_OUTPUT_DIR");
        }
    }

    /**
     * Binds the numbers in {@code metrics.json} to the model, if there is one, and the evaluation set, and sends the overall
     * ones to MLflow.
     *
     * @throws MlopsException of kind FAILED when there are no metrics, of kind USAGE when they are broken
     */
    public void takeEvaluation() throws IOException {
        EvaluationOutput output = new EvaluationOutput(files.evaluation());
        facts.evaluation =
                output.bind(facts.model == null ? null : facts.model.digest(), facts.evaluationSet, evaluator());
        facts.evaluationDigest = Digest.of(files.evaluationRecord());
        output.logMetrics(tracking, run.runId(), notes);
    }

    private ModelFiles modelFiles() {
        try {
            return ModelFiles.of(files.model());
        } catch (MlopsException e) {
            throw MlopsException.failed("What the training left in MLOPS_MODEL_DIR is no model: " + e.getMessage(), e);
        }
    }

    private Map<String, String> evaluator() {
        Map<String, String> evaluator = new TreeMap<>(facts.evaluator);
        if (facts.source != null) {
            evaluator.put(Evaluator.COMMIT, facts.source.commit());
            if (facts.source.isDirty()) {
                evaluator.put(
                        Evaluator.CHANGES, String.valueOf(facts.source.changes().size()));
            }
        }
        if (facts.environment != null) {
            evaluator.put(Evaluator.ENVIRONMENT, facts.environment.toString());
        }
        return evaluator;
    }

    /**
     * Uploads model, evaluation and lineage.
     *
     * @param finished when the code had run; the same again makes the same record again
     */
    public RecordedTraining record(Instant finished) throws IOException {
        stopIfInterrupted();
        if (facts.model != null) {
            notes.accept("Uploading the model");
            tracking.uploadArtifacts(run.runId(), files.model(), "model");
        }
        if (facts.evaluation != null) {
            tracking.uploadArtifacts(run.runId(), files.evaluation(), "evaluation");
        }
        stopIfInterrupted();
        if (facts.model == null) {
            return new RecordedTraining(null, facts.evaluationDigest, null, List.of(), List.of(), tags(null));
        }
        TrainingStatements statements = new TrainingStatements(facts, tracking.runUrl(run), run.runId(), finished);
        List<Statement> kept = new ArrayList<>();
        kept.add(statements.provenance());
        Digest lineage = write(statements.provenance(), files.provenance());
        if (facts.evaluation != null) {
            kept.add(statements.evaluation());
            write(statements.evaluation(), files.evaluationStatement());
        }
        tracking.uploadArtifacts(run.runId(), files.lineage(), "lineage");
        return new RecordedTraining(
                facts.model, facts.evaluationDigest, lineage, statements.gaps(), kept, tags(lineage));
    }

    private static Digest write(Statement statement, Path file) throws IOException {
        byte[] bytes = statement.toBytes();
        Files.write(file, bytes);
        return Digest.of(bytes);
    }

    private Map<String, String> tags(Digest lineage) {
        Map<String, String> tags = new TreeMap<>();
        if (lineage != null) {
            tags.put(RunTags.LINEAGE, lineage.toString());
            tags.put(RunTags.MODEL_DIGEST, facts.model.digest().toString());
        }
        if (facts.evaluation != null) {
            tags.put(RunTags.EVALUATION, facts.evaluationDigest.toString());
            if (facts.evaluationSet != null) {
                tags.put(RunTags.EVALUATION_DATASET, version(facts.evaluationSet));
            }
        }
        if (facts.environment != null) {
            tags.put(RunTags.ENVIRONMENT, facts.environment.toString());
        }
        return tags;
    }

    /** Ends the run: all tags, then the model's digest, then FINISHED; a run that has both has a whole model. */
    public static void finish(TrackingServer tracking, String runId, Map<String, String> tags) {
        stopIfInterrupted();
        Map<String, String> first = new TreeMap<>(tags);
        String model = first.remove(RunTags.MODEL_DIGEST);
        if (!first.isEmpty()) {
            tracking.setTags(runId, first);
        }
        if (model != null) {
            tracking.setTags(runId, Map.of(RunTags.MODEL_DIGEST, model));
        }
        tracking.endRun(runId, RunStatus.FINISHED);
    }

    static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw MlopsException.interrupted("The training");
        }
    }
}
