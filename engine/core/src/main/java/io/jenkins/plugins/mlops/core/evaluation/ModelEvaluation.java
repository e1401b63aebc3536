package io.jenkins.plugins.mlops.core.evaluation;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationResult.Measured;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationRun.EvaluationDirectory;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.training.CommandFailedException;
import io.jenkins.plugins.mlops.core.training.RegisteredModel;
import io.jenkins.plugins.mlops.core.training.TrainingBackend;
import io.jenkins.plugins.mlops.core.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** Measures single models with the backend of this machine. Not thread-safe. */
final class ModelEvaluation {

    private final TrainingBackend backend;
    private final EvaluationRecorder recorder;
    private final TrackingServer tracking;
    private final EvaluationSpecification specification;
    private final EvaluationDirectory directory;
    private final TrainingListener listener;

    ModelEvaluation(
            TrainingBackend backend,
            EvaluationRecorder recorder,
            EvaluationSpecification specification,
            EvaluationDirectory directory,
            TrainingListener listener) {
        this.backend = backend;
        this.recorder = recorder;
        this.tracking = recorder.tracking();
        this.specification = specification;
        this.directory = directory;
        this.listener = listener;
    }

    /** Runs the command for the model, and records what it found. */
    Measured measure(RegisteredModel model) throws IOException {
        listener.note("Downloading the " + model.role() + " " + model.uri());
        Path incoming =
                EvaluationDirectory.fresh(directory.root().resolve("models").resolve("incoming"));
        Digest digest = model.download(tracking, incoming);
        Path files = directory.model(digest);
        Files.move(incoming, files);
        TrackedRun run = EvaluationRecorder.begin(tracking, specification, model, digest, null);
        try {
            return finish(model, digest, files, run);
        } catch (IOException | RuntimeException e) {
            throw EvaluationRecorder.ended(tracking, run.runId(), e);
        }
    }

    private Measured finish(RegisteredModel model, Digest digest, Path files, TrackedRun run) throws IOException {
        EvaluationOutput output = new EvaluationOutput(EvaluationDirectory.fresh(directory.evaluation(digest)));
        listener.note("Evaluating " + model.uri() + ": " + String.join(" ", specification.command()) + " (MLflow run "
                + tracking.runUrl(run) + ")");
        Path log = directory.log(digest.hex());
        TrainingBackend.Ending ending = backend.run(
                new TrainingBackend.Command(
                        specification.command(),
                        specification.workingDirectory(),
                        EvaluationVariables.of(
                                specification, files, directory.dataset(), output.directory(), directory.params()),
                        specification.deadline() == null
                                ? null
                                : specification.deadline().duration(),
                        log),
                line -> listener.output(TrainingListener.Stage.EVALUATION, line));
        if (!ending.succeeded()) {
            throw new CommandFailedException("The evaluation command for " + model.uri(), ending, log);
        }
        if (!ModelFiles.of(files).digest().equals(digest)) {
            throw MlopsException.failed(
                    "The evaluation changed the model in MLOPS_MODEL_DIR: let it write to MLOPS_OUTPUT_DIR");
        }
        return recorder.record(model, digest, run, Instant.now());
    }
}
