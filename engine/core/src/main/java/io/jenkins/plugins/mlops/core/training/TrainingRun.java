package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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

    public TrainingRun(TrainingServices services) {
        this.services = services;
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
        Plan plan = check(specification, listener);
        RunDirectory directory =
                RunDirectory.create(runDirectory, specification.outputs().model());
        TrainingFacts facts = facts(id, plan);
        TrackedRun run;
        try {
            run = services.tracking().createRun(specification.experiment(), specification.name(), facts.startTags());
        } catch (RuntimeException e) {
            directory.discard();
            throw e;
        }
        try {
            return new StartedRun(services, plan, directory, run, facts, listener).finish();
        } catch (RuntimeException | Error e) {
            throw ended(run, e);
        }
    }

    /**
     * What is known before anything is made.
     *
     * @param source null when the code lies in no Git repository
     * @param training null without a training dataset
     * @param evaluation null without an evaluation
     * @param parent null without one
     */
    record Plan(
            TrainingSpecification specification,
            SourceRevision source,
            DatasetVersion training,
            DatasetVersion evaluation,
            ParentModel parent) {}

    private Plan check(TrainingSpecification specification, TrainingListener listener) {
        services.backend().check(specification).forEach(listener::note);
        Path directory = specification.workingDirectory();
        if (!Files.isDirectory(directory)) {
            throw MlopsException.usage("The working directory " + directory
                    + " does not exist: set the key 'directory' to where the code is");
        }
        TrainingSpecification.Evaluation evaluation = specification.evaluation();
        if (evaluation != null && evaluation.dataset() == null) {
            throw MlopsException.usage(
                    "The evaluation has no dataset: set evaluation.dataset, or give one for 'evaluation'");
        }
        Optional<SourceRevision> source = SourceRevision.of(directory);
        return new Plan(
                specification,
                source.orElse(null),
                resolve(specification.datasets().training()),
                evaluation == null ? null : resolve(evaluation.dataset()),
                parent(specification.parent(), listener));
    }

    private DatasetVersion resolve(DatasetReference reference) {
        if (reference == null) {
            return null;
        }
        DatasetVersion version = services.datasets().resolve(reference);
        services.withdrawals().check(version);
        return version;
    }

    private ParentModel parent(ModelReference reference, TrainingListener listener) {
        if (reference == null) {
            return null;
        }
        ParentModel parent = ParentModel.find(services.models(), reference);
        if (parent.digest() != null) {
            services.withdrawals().checkModel(parent.uri(), parent.digest());
            services.withdrawals().notKnownBehind(parent.digest()).forEach(listener::note);
        }
        return parent;
    }

    private TrainingFacts facts(UUID id, Plan plan) {
        TrainingSpecification specification = plan.specification;
        TrainingFacts facts = new TrainingFacts(
                        id.toString(), specification.experiment(), services.builder(), Instant.now())
                .asked("name", specification.name())
                .asked("command", specification.command())
                .asked("environment", specification.environment())
                .asked("params", specification.params().values())
                .asked("seed", specification.seed())
                .asked("image", specification.image())
                .added("backend", services.backend().name())
                .source(plan.source)
                .parent(plan.parent, null);
        if (specification.evaluation() != null) {
            List<String> command = specification.evaluation().command();
            facts.asked("evaluationCommand", command).evaluator("command", String.join(" ", command));
        }
        return facts;
    }

    /** Ends the MLflow run of a training that failed or was interrupted; returns what to throw. */
    private RuntimeException ended(TrackedRun run, Throwable cause) {
        // A client cannot talk to the server while the thread's interrupt flag is up.
        boolean flag = Thread.interrupted();
        boolean interrupted =
                flag || cause instanceof MlopsException ours && ours.kind() == MlopsException.Kind.INTERRUPTED;
        String left = "";
        try {
            services.tracking().endRun(run.runId(), interrupted ? RunStatus.KILLED : RunStatus.FAILED);
        } catch (MlopsException e) {
            left = "; besides, MLflow run " + run.runId() + " could not be ended: " + e.getMessage();
        }
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
}
