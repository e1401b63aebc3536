package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/**
 * Trains, measures and records one model, wherever the host is: the command line and Jenkins use it alike.
 *
 * <p>States and what each has made:
 *
 * <ol>
 *   <li><b>checked</b>: specification, backend, source, dataset versions and parent are known; nothing is made;
 *   <li><b>started</b>: the run directory and the MLflow run exist, parameters are logged;
 *   <li><b>supplied</b>: training dataset and parent model lie in the run directory;
 *   <li><b>trained</b>: the command succeeded, the model's content id is known;
 *   <li><b>evaluated</b>: {@code evaluation.json} binds the numbers to model and evaluation set (skipped without an evaluation);
 *   <li><b>recorded</b>: model, evaluation and lineage are uploaded, the lineage record is kept;
 *   <li><b>finished</b>: the run is tagged with the model's digest and FINISHED, and {@code output} appears.
 * </ol>
 *
 * From started on, each state but the last may go to <b>failed</b> or, by an interrupt of the calling thread, to <b>killed</b>;
 * the MLflow run ends with that status, and {@code output} does not appear. A model counts as done only when its run is
 * FINISHED and tagged with its digest, and registering asks for both. The evaluation dataset is pulled after training, so
 * that the training command cannot see it. Thread-safe.
 */
public final class TrainingRun {

    private final TrainingServices services;
    private final TrainingBackend backend;

    public TrainingRun(TrainingServices services, TrainingBackend backend) {
        this.services = services;
        this.backend = backend;
    }

    /**
     * Goes through all states.
     *
     * @param id names this training in MLflow and lineage
     * @param runDirectory made by this; there must be nothing there, or an empty directory
     * @throws MlopsException that says what failed; {@link CommandFailedException} when a command did
     */
    public TrainingResult run(
            TrainingSpecification specification, UUID id, Path runDirectory, TrainingListener listener) {
        return run(specification, null, id, runDirectory, listener);
    }

    /**
     * As the other, for code that was exported.
     *
     * @param exported null when it was not
     */
    public TrainingResult run(
            TrainingSpecification specification,
            ExportedCode exported,
            UUID id,
            Path runDirectory,
            TrainingListener listener) {
        backend.check(specification).forEach(listener::note);
        TrainingPlan plan = TrainingPlan.of(specification, exported, services, listener);
        RunDirectory directory =
                RunDirectory.create(runDirectory, specification.outputs().model());
        TrainingFacts facts = plan.facts(id, services.builder(), backend.name(), Instant.now());
        TrackedRun run;
        try {
            run = services.tracking().createRun(specification.experiment(), specification.name(), facts.startTags());
        } catch (RuntimeException e) {
            directory.discard();
            throw e;
        }
        try {
            return new StartedRun(services, backend, plan, directory, run, facts, listener).finish();
        } catch (RuntimeException | Error e) {
            throw end(services.tracking(), run.runId(), e);
        }
    }

    /** Ends the MLflow run of a training that failed or was interrupted; returns what to throw. */
    static RuntimeException end(TrackingServer tracking, String runId, Throwable cause) {
        // A client cannot talk to the server while the thread's interrupt flag is up.
        boolean flag = Thread.interrupted();
        boolean interrupted =
                flag || cause instanceof MlopsException ours && ours.kind() == MlopsException.Kind.INTERRUPTED;
        String left = end(tracking, runId, interrupted ? RunStatus.KILLED : RunStatus.FAILED);
        if (interrupted) {
            Thread.currentThread().interrupt();
            return new MlopsException(MlopsException.Kind.INTERRUPTED, "The training was interrupted" + left, cause);
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof MlopsException ours && !left.isEmpty()
                ? new MlopsException(ours.kind(), ours.getMessage() + left, ours)
                : (RuntimeException) cause;
    }

    /** Ends an MLflow run; returns what is to be said besides when it could not be ended, else nothing. */
    static String end(TrackingServer tracking, String runId, RunStatus status) {
        try {
            tracking.endRun(runId, status);
            return "";
        } catch (MlopsException e) {
            return "; besides, MLflow run " + runId + " could not be ended: " + e.getMessage();
        }
    }
}
