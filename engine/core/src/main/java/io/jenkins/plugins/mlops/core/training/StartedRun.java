package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.gate.EvaluationRecord;
import io.jenkins.plugins.mlops.core.gate.Metrics;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** A training from the state started on; the states are those of {@link TrainingRun}. Not thread-safe. */
final class StartedRun {

    private final TrainingServices services;
    private final TrackingServer tracking;
    private final TrainingRun.Plan plan;
    private final TrainingSpecification specification;
    private final RunDirectory directory;
    private final TrackedRun run;
    private final UUID id;
    private final TrainingListener listener;
    private final CommandEnvironment environment;
    private final Instant started = Instant.now();
    private final long startNanos = System.nanoTime();
    private final TrainingFacts facts = new TrainingFacts();

    StartedRun(
            TrainingServices services,
            TrainingRun.Plan plan,
            RunDirectory directory,
            TrackedRun run,
            UUID id,
            TrainingListener listener) {
        this.services = services;
        this.tracking = services.tracking();
        this.plan = plan;
        this.specification = plan.specification();
        this.directory = directory;
        this.run = run;
        this.id = id;
        this.listener = listener;
        this.environment = new CommandEnvironment(specification, directory, services.mlflow(), run);
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
            TrainingResult.Lineage lineage = record();
            return end(lineage);
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
        stopIfInterrupted();
        findInstalled();
        DatasetReference training = specification.datasets().training();
        if (training != null) {
            facts.training = pull(training, plan.training(), directory.trainingDataset(), "training");
            tracking.setTags(
                    run.runId(),
                    Map.of(
                            RunTags.TRAINING_DATASET,
                            facts.training.contentId().toString(),
                            RunTags.TRAINING_SOURCE,
                            facts.training.sourceId()));
        }
        if (plan.parent() != null) {
            stopIfInterrupted();
            listener.note("Downloading the parent model " + plan.parent().uri());
            facts.parentDigest = plan.parent().download(tracking, directory.parent());
            tracking.setTags(run.runId(), Map.of(RunTags.PARENT_DIGEST, facts.parentDigest.toString()));
        }
    }

    /** A training does not fail because its environment cannot be listed; the gap is named instead. */
    private void findInstalled() {
        Path file = directory.lineage().resolve("environment.json");
        Command command = command(
                specification.command(),
                environment.training(),
                null,
                directory.logs().resolve("environment.log"));
        try {
            Optional<Installed> installed = services.backend().installed(command, file);
            installed.ifPresentOrElse(
                    found -> {
                        facts.installed = found;
                        listener.note("Environment: " + found.summary());
                    },
                    () -> facts.gaps.add("the environment is not known: the command names no Python"));
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            facts.gaps.add("the environment is not known: it could not be listed");
            listener.note("The environment will be missing from the lineage: " + e.getMessage());
        }
    }

    private DatasetVersion pull(DatasetReference reference, DatasetVersion resolved, Path into, String role) {
        stopIfInterrupted();
        listener.note("Pulling the " + role + " dataset " + resolved.name());
        PullResult pulled = services.datasets().pull(reference, into, listener.progress());
        DatasetVersion version = pulled.version();
        if (!version.sourceId().equals(resolved.sourceId())) {
            throw MlopsException.failed("The " + role + " dataset at " + resolved.source()
                    + " changed while the training started: it was " + resolved.sourceId() + " and is now "
                    + version.sourceId() + ", start again");
        }
        services.lineage().keepManifest(pulled.manifest());
        tracking.logDataset(run.runId(), version, role);
        return version;
    }

    private void train() throws IOException {
        listener.note("Training: " + String.join(" ", specification.command()));
        Path log = directory.logs().resolve("training.log");
        long start = System.nanoTime();
        Ending ending;
        do {
            stopIfInterrupted();
            if (facts.attempts > 0) {
                listener.note("Trying again, " + facts.attempts + " of " + specification.retries() + " retries");
                directory.clearOutput();
            }
            facts.attempts++;
            Duration runTime = runTime(System.nanoTime() - start);
            ending = run(
                    TrainingListener.Stage.TRAINING,
                    command(specification.command(), environment.training(), runTime, log));
        } while (mayTryAgain(ending));
        if (!ending.succeeded()) {
            throw new CommandFailedException("The training command", ending, log);
        }
        facts.model = modelFiles();
        listener.note(
                "Model " + facts.model.digest() + ", " + facts.model.files().size() + " files");
    }

    private boolean mayTryAgain(Ending ending) {
        return !ending.succeeded()
                && ending.cause() != TrainingBackend.Cause.DEADLINE_EXCEEDED
                && facts.attempts <= specification.retries();
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

    private ModelFiles modelFiles() {
        try {
            return ModelFiles.of(directory.model());
        } catch (MlopsException e) {
            throw MlopsException.failed(
                    "The training command succeeded, but what it left in MLOPS_MODEL_DIR is no model: "
                            + e.getMessage(),
                    e);
        }
    }

    private void evaluate() throws IOException {
        TrainingSpecification.Evaluation evaluation = specification.evaluation();
        facts.evaluationSet =
                pull(evaluation.dataset(), plan.evaluation(), directory.evaluationDataset(), "evaluation");
        stopIfInterrupted();
        Files.createDirectory(directory.evaluation());
        listener.note("Evaluating: " + String.join(" ", evaluation.command()));
        Path log = directory.logs().resolve("evaluation.log");
        Ending ending = run(
                TrainingListener.Stage.EVALUATION,
                command(evaluation.command(), environment.evaluation(), runTime(0), log));
        if (!ending.succeeded()) {
            throw new CommandFailedException("The evaluation command", ending, log);
        }
        if (!modelFiles().digest().equals(facts.model.digest())) {
            throw MlopsException.failed(
                    "The evaluation command changed the model in MLOPS_MODEL_DIR: let it write to MLOPS_OUTPUT_DIR");
        }
        if (!Files.isRegularFile(directory.metrics())) {
            throw MlopsException.failed(
                    "The evaluation command succeeded, but wrote no metrics: let it write the file that"
                            + " MLOPS_METRICS_FILE names, " + directory.metrics());
        }
        refuseLinks(directory.evaluation());
        EvaluationRecord record = EvaluationRecord.of(
                facts.model.digest(), facts.evaluationSet, evaluator(evaluation), directory.metrics());
        record.write(directory.evaluationRecord());
        facts.evaluation = record;
        facts.evaluationDigest = Digest.of(directory.evaluationRecord());
        logMetrics(record.parsedMetrics().overall());
    }

    private Map<String, String> evaluator(TrainingSpecification.Evaluation evaluation) {
        Map<String, String> evaluator = new TreeMap<>();
        evaluator.put("command", String.join(" ", evaluation.command()));
        if (plan.source() != null) {
            evaluator.put("commit", plan.source().commit());
        }
        if (facts.installed != null) {
            evaluator.put("environment", facts.installed.digest().toString());
        }
        return evaluator;
    }

    private void logMetrics(SortedMap<String, Double> overall) {
        Map<String, Double> finite = new TreeMap<>();
        overall.forEach((metric, value) -> {
            String name = "eval/" + metric;
            if (!Metrics.isFinite(value)) {
                listener.note("The metric " + metric + " is " + value
                        + ": it stays in evaluation.json and is not sent to MLflow, and a gate will fail it");
            } else if (!tracking.takesName(name)) {
                listener.note("The metric " + metric
                        + " stays in evaluation.json and is not sent to MLflow, which does not take its name");
            } else {
                finite.put(name, value);
            }
        });
        if (!finite.isEmpty()) {
            tracking.logMetrics(run.runId(), finite);
        }
    }

    private static void refuseLinks(Path tree) throws IOException {
        try (Stream<Path> below = Files.walk(tree)) {
            Optional<Path> link = below.filter(Files::isSymbolicLink).findFirst();
            if (link.isPresent()) {
                throw MlopsException.failed(
                        "The evaluation command left the link " + link.get() + ": let it write a plain file");
            }
        }
    }

    private TrainingResult.Lineage record() throws IOException {
        stopIfInterrupted();
        listener.note("Uploading the model");
        tracking.uploadArtifacts(run.runId(), directory.model(), "model");
        if (facts.evaluation != null) {
            tracking.uploadArtifacts(run.runId(), directory.evaluation(), "evaluation");
        }
        stopIfInterrupted();
        LineageWriter writer = new LineageWriter(services, plan, directory, run, tracking.runUrl(run), id);
        TrainingResult.Lineage lineage = writer.write(facts, started);
        tracking.uploadArtifacts(run.runId(), directory.lineage(), "lineage");
        return lineage;
    }

    private TrainingResult end(TrainingResult.Lineage lineage) throws IOException {
        stopIfInterrupted();
        Map<String, String> tags = new TreeMap<>();
        tags.put(RunTags.LINEAGE, lineage.digest().toString());
        if (facts.evaluation != null) {
            tags.put(RunTags.EVALUATION_DATASET, facts.evaluationSet.contentId().toString());
            tags.put(RunTags.EVALUATION, facts.evaluationDigest.toString());
        }
        if (facts.installed != null) {
            tags.put(RunTags.ENVIRONMENT, facts.installed.digest().toString());
        }
        tracking.setTags(run.runId(), tags);
        tracking.setTags(
                run.runId(), Map.of(RunTags.MODEL_DIGEST, facts.model.digest().toString()));
        tracking.endRun(run.runId(), RunStatus.FINISHED);
        directory.publishOutput();
        return result(lineage);
    }

    private TrainingResult result(TrainingResult.Lineage lineage) {
        boolean evaluated = facts.evaluation != null;
        return new TrainingResult(
                new TrainingResult.Run(run.runId(), tracking.runUrl(run), RunStatus.FINISHED.name()),
                specification.experiment(),
                new TrainingResult.Model(
                        directory.finishedModel().toString(),
                        facts.model.digest(),
                        facts.model.files().size(),
                        facts.model.bytes()),
                new TrainingResult.Datasets(
                        TrainingResult.Dataset.of(facts.training), TrainingResult.Dataset.of(facts.evaluationSet)),
                plan.source() == null ? null : plan.source().commit(),
                evaluated ? directory.evaluationRecord().toString() : null,
                evaluated ? directory.metrics().toString() : null,
                lineage,
                facts.recordedGaps,
                Math.round((System.nanoTime() - startNanos) / 1e7) / 100.0);
    }

    private Ending run(TrainingListener.Stage stage, Command command) {
        Ending ending = services.backend().run(command, line -> listener.output(stage, line));
        // MLflow's Python client ends the run when the code's process ends; it goes on until all is recorded.
        tracking.endRun(run.runId(), RunStatus.RUNNING);
        return ending;
    }

    private Command command(List<String> arguments, Map<String, String> variables, Duration runTime, Path log) {
        return new Command(arguments, specification.workingDirectory(), variables, runTime, log);
    }

    private static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw MlopsException.interrupted("The training");
        }
    }
}
