package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.TimeLimit;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.training.TrainingBackend.Command;
import io.jenkins.plugins.mlops.core.training.TrainingBackend.Ending;
import io.jenkins.plugins.mlops.core.training.TrainingBackend.Installed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A training from the state started on; the states are those of {@link TrainingRun}. Not thread-safe. */
final class StartedRun {

    private final TrainingServices services;
    private final TrainingBackend backend;
    private final TrackingServer tracking;
    private final TrainingPlan plan;
    private final TrainingSpecification specification;
    private final RunDirectory directory;
    private final TrackedRun run;
    private final TrainingFacts facts;
    private final TrainingListener listener;
    private final CommandEnvironment environment;
    private final TrainingRecorder recorder;
    private final long startNanos = System.nanoTime();
    private int attempts;

    StartedRun(
            TrainingServices services,
            TrainingBackend backend,
            TrainingPlan plan,
            RunDirectory directory,
            TrackedRun run,
            TrainingFacts facts,
            TrainingListener listener) {
        this.services = services;
        this.backend = backend;
        this.tracking = services.tracking();
        this.plan = plan;
        this.specification = plan.specification();
        this.directory = directory;
        this.run = run;
        this.facts = facts;
        this.listener = listener;
        this.environment = new CommandEnvironment(specification, directory, services.mlflow(), run);
        this.recorder = new TrainingRecorder(tracking, run, directory.files(), facts, listener::note);
    }

    TrainingResult finish() {
        try {
            listener.note("MLflow run " + tracking.runUrl(run) + ", files in " + directory.root());
            logParams();
            supply();
            train();
            if (specification.evaluation() != null) {
                evaluate();
            }
            RecordedTraining recorded = recorder.record(Instant.now());
            recorded.statements().forEach(services.lineage()::append);
            TrainingRecorder.finish(tracking, run.runId(), recorded.tags());
            directory.publishOutput();
            return TrainingResult.of(
                    tracking, run, specification, directory, facts, recorded, System.nanoTime() - startNanos);
        } catch (IOException e) {
            throw MlopsException.failed(
                    "The run directory " + directory.root() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private void logParams() throws IOException {
        Map<String, String> params = specification.mlflowParams();
        if (!params.isEmpty()) {
            tracking.logParams(run.runId(), params);
        }
        Documents.writeJson(directory.params(), specification.params());
    }

    private void supply() {
        TrainingRecorder.stopIfInterrupted();
        findInstalled();
        DatasetReference training = specification.datasets().training();
        if (training != null) {
            recorder.trainingDataset(
                    pull(services.datasets(), training, plan.training(), directory.trainingDataset(), "training"));
        }
        if (plan.parent() != null) {
            TrainingRecorder.stopIfInterrupted();
            listener.note("Downloading the parent model " + plan.parent().uri());
            Digest parent = plan.parent().download(tracking, directory.parent());
            services.withdrawals()
                    .checkModel(plan.parent().uri(), parent); // its registration may not have said what it is
            facts.parent(plan.parent(), parent);
            tracking.setTags(run.runId(), Map.of(RunTags.PARENT_DIGEST, facts.parentDigest.toString()));
        }
    }

    /** A training does not fail because its environment cannot be listed; the gap is named instead. */
    private void findInstalled() {
        Path file = directory.files().environment();
        Command command = command(
                specification.command(),
                environment.training(),
                null,
                directory.logs().resolve("environment.log"));
        try {
            Optional<Installed> installed = backend.installed(command, file);
            installed.ifPresentOrElse(
                    found -> {
                        facts.environment = found.digest();
                        listener.note("Environment: " + found.summary());
                    },
                    () -> facts.gap("the environment is not known: the command names no Python"));
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            facts.gap("the environment is not known: it could not be listed");
            listener.note("The environment will be missing from the lineage: " + e.getMessage());
        }
    }

    private DatasetVersion pull(
            DatasetAccess datasets, DatasetReference reference, DatasetVersion resolved, Path into, String role) {
        TrainingRecorder.stopIfInterrupted();
        listener.note("Pulling the " + role + " dataset " + resolved.name());
        PullResult pulled = datasets.pull(reference, into, listener.progress());
        DatasetVersion version = pulled.version();
        if (!version.sourceId().equals(resolved.sourceId())) {
            throw MlopsException.failed("The " + role + " dataset at " + resolved.source()
                    + " changed while the training started: it was " + resolved.sourceId() + " and is now "
                    + version.sourceId() + ", start again");
        }
        services.lineage().keepManifest(pulled.manifest());
        return version;
    }

    private void train() throws IOException {
        listener.note("Training: " + String.join(" ", specification.command()));
        Path log = directory.logs().resolve("training.log");
        long start = System.nanoTime();
        Ending ending;
        do {
            TrainingRecorder.stopIfInterrupted();
            if (attempts > 0) {
                listener.note("Trying again, " + attempts + " of " + specification.retries() + " retries");
                directory.clearOutput();
            }
            attempts++;
            Duration runTime = runTime(System.nanoTime() - start);
            ending = run(
                    TrainingListener.Stage.TRAINING,
                    command(specification.command(), environment.training(), runTime, log));
        } while (mayTryAgain(ending));
        if (!ending.succeeded()) {
            throw new CommandFailedException("The training command", ending, log);
        }
        facts.added("attempts", attempts);
        recorder.takeModel();
    }

    private boolean mayTryAgain(Ending ending) {
        return !ending.succeeded()
                && ending.cause() != TrainingBackend.Cause.DEADLINE_EXCEEDED
                && attempts <= specification.retries();
    }

    /** What is left of the run time; all tries share it. */
    private Duration runTime(long usedNanos) {
        TimeLimit limit = specification.deadlines().run();
        if (limit == null) {
            return null;
        }
        Duration left = limit.duration().minusNanos(usedNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private void evaluate() throws IOException {
        TrainingSpecification.Evaluation evaluation = specification.evaluation();
        recorder.evaluationDataset(pull(
                services.evaluationDatasets(),
                evaluation.dataset(),
                plan.evaluation(),
                directory.evaluationDataset(),
                "evaluation"));
        TrainingRecorder.stopIfInterrupted();
        Files.createDirectory(directory.evaluation());
        listener.note("Evaluating: " + String.join(" ", evaluation.command()));
        Path log = directory.logs().resolve("evaluation.log");
        Ending ending = run(
                TrainingListener.Stage.EVALUATION,
                command(evaluation.command(), environment.evaluation(), runTime(0), log));
        if (!ending.succeeded()) {
            throw new CommandFailedException("The evaluation command", ending, log);
        }
        recorder.requireSameModel();
        recorder.takeEvaluation();
    }

    private Ending run(TrainingListener.Stage stage, Command command) {
        Ending ending = backend.run(command, line -> listener.output(stage, line));
        // MLflow's Python client ends the run when the code's process ends; it goes on until all is recorded.
        tracking.endRun(run.runId(), RunStatus.RUNNING);
        return ending;
    }

    private Command command(List<String> arguments, Map<String, String> variables, Duration runTime, Path log) {
        return new Command(arguments, specification.workingDirectory(), variables, runTime, log);
    }
}
