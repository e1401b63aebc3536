package io.jenkins.plugins.mlops.core.evaluation;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationResult.Measured;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationRun.EvaluationDirectory;
import io.jenkins.plugins.mlops.core.gate.EvaluationRecord;
import io.jenkins.plugins.mlops.core.gate.Evaluator;
import io.jenkins.plugins.mlops.core.gate.Metrics;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.sample.SampleResults;
import io.jenkins.plugins.mlops.core.training.ClusterExecutions.StoppedException;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.core.training.RegisteredModel;
import io.jenkins.plugins.mlops.core.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Records what single models scored by one evaluator on one set, whoever ran the command; the states are those of {@link EvaluationRun}.
 * All of it may be done again after it broke off. Not thread-safe.
 */
final class EvaluationRecorder {

    private static final String ARTIFACTS = "evaluation";
    /** Of an evaluation that is used again: its per-sample results, and as much of pictures and the like. */
    private static final long MAX_BYTES = 2 * SampleResults.MAX_BYTES;

    private final EvaluationServices services;
    private final TrackingServer tracking;
    private final EvaluationSpecification specification;
    private final EvaluationDirectory directory;
    private final DatasetVersion set;
    private final Evaluator evaluator;
    private final TrainingListener listener;

    EvaluationRecorder(
            EvaluationServices services,
            EvaluationSpecification specification,
            EvaluationDirectory directory,
            DatasetVersion set,
            Evaluator evaluator,
            TrainingListener listener) {
        this.services = services;
        this.tracking = services.tracking();
        this.specification = specification;
        this.directory = directory;
        this.set = set;
        this.evaluator = evaluator;
        this.listener = listener;
    }

    /**
     * Begins the MLflow run of a model's evaluation.
     *
     * @param id of this evaluation of this model: a run that has it already is taken; null when nobody looks for it
     */
    static TrackedRun begin(
            TrackingServer tracking,
            EvaluationSpecification specification,
            RegisteredModel model,
            Digest digest,
            String id) {
        if (id != null) {
            Optional<TrackedRun> before =
                    tracking.runsByTag(specification.experiment(), RunTags.EVALUATION_ID, id).stream()
                            .findFirst();
            if (before.isPresent()) {
                return before.get();
            }
        }
        Map<String, String> tags = new TreeMap<>();
        tags.put(RunTags.EVALUATED_MODEL, digest.toString());
        tags.put(RunTags.EVALUATED_RUN, model.runId());
        if (id != null) {
            tags.put(RunTags.EVALUATION_ID, id);
        }
        return tracking.createRun(specification.experiment(), specification.name() + ": " + model.uri(), tags);
    }

    TrackingServer tracking() {
        return tracking;
    }

    /**
     * Binds what the command wrote to model, set and evaluator, and records it.
     *
     * @param when the evaluation was finished; the same again makes the same statement again
     */
    Measured record(RegisteredModel model, Digest digest, TrackedRun run, Instant when) throws IOException {
        EvaluationOutput output = new EvaluationOutput(directory.evaluation(digest));
        EvaluationRecord evaluation = output.bind(digest, set, evaluator.facts());
        Digest record = Digest.of(output.record());
        output.logMetrics(tracking, run.runId(), listener::note);
        tracking.logDataset(run.runId(), set, Provenance.EVALUATION_DATA);
        tracking.uploadArtifacts(run.runId(), directory.evaluation(digest), ARTIFACTS);
        keepLineage(evaluation, digest, record, run, when);
        Map<String, String> tags = new TreeMap<>();
        tags.put(RunTags.EVALUATION_DATASET, String.valueOf(set.contentId()));
        tags.put(RunTags.EVALUATION_KEY, key(digest).toString());
        tracking.setTags(run.runId(), tags);
        tracking.setTags(run.runId(), Map.of(RunTags.EVALUATION, record.toString()));
        tracking.endRun(run.runId(), RunStatus.FINISHED);
        link(model, record, run);
        return measured(model, digest, output.record(), record, run, false);
    }

    /**
     * What is known of a champion without measuring it.
     *
     * @param force whether what was measured before does not count
     */
    Optional<Measured> knownOf(RegisteredModel champion, Measured candidate, boolean force) throws IOException {
        if (candidate.digest().equals(champion.digest())) {
            return Optional.of(same(champion, candidate));
        }
        return force ? Optional.empty() : measuredBefore(champion);
    }

    /** What a champion scored that is the candidate. */
    static Measured same(RegisteredModel champion, Measured candidate) {
        return new Measured(
                champion.uri(),
                candidate.digest(),
                candidate.evaluation(),
                candidate.evaluationDigest(),
                candidate.run(),
                candidate.url(),
                true);
    }

    private void keepLineage(EvaluationRecord evaluation, Digest model, Digest record, TrackedRun run, Instant when)
            throws IOException {
        Map<String, Double> finite = new TreeMap<>(evaluation.parsedMetrics().overall());
        finite.values().removeIf(value -> !Metrics.isFinite(value));
        Statement statement =
                Evaluation.of(set, record, finite, evaluator.facts(), when).statement(model);
        Path lineage = EvaluationDirectory.fresh(directory.lineage(model));
        Files.write(lineage.resolve(EvaluationOutput.RECORD_FILE), statement.toBytes());
        if (Files.exists(directory.environment())) {
            Files.copy(
                    directory.environment(),
                    lineage.resolve(directory.environment().getFileName()));
        }
        tracking.uploadArtifacts(run.runId(), lineage, "lineage");
        services.lineage().append(statement);
    }

    /** From the model to its evaluation; promotion takes a gate's report on it for one on the model's own record. */
    private void link(RegisteredModel model, Digest record, TrackedRun run) {
        Map<String, String> link = Map.of(RunTags.EVALUATED_PREFIX + record.hex(), run.runId());
        tracking.setTags(model.runId(), link);
        if (model.uri().startsWith("models:/")) {
            ModelReference version = ModelReference.parse(model.uri());
            services.models().setVersionTags(version.name(), version.version(), link);
        }
    }

    private Measured measured(
            RegisteredModel model, Digest digest, Path record, Digest recordDigest, TrackedRun run, boolean reused) {
        return new Measured(
                model.uri(), digest, record.toString(), recordDigest, run.runId(), tracking.runUrl(run), reused);
    }

    /** What model, set and evaluator make together. */
    private Digest key(Digest model) {
        Map<String, Object> key = new TreeMap<>();
        key.put("model", model);
        key.put("set", set.contentId());
        key.put("evaluator", evaluator.facts());
        return Digest.of(Documents.toJson(key));
    }

    /** The model's record by this evaluator on this set, checked; empty when there is none that can be used. */
    private Optional<Measured> measuredBefore(RegisteredModel model) throws IOException {
        if (model.digest() == null || !evaluator.isIdentified()) {
            return Optional.empty();
        }
        for (TrackedRun run : tracking.runsByTag(
                null, RunTags.EVALUATION_KEY, key(model.digest()).toString())) {
            if (run.status() == RunStatus.FINISHED) {
                String problem = fetch(model, run);
                if (problem == null) {
                    listener.note("The " + model.role() + " " + model.uri()
                            + " was measured by this evaluator on this set before, in run " + run.runId());
                    EvaluationOutput output = new EvaluationOutput(directory.evaluation(model.digest()));
                    return Optional.of(
                            measured(model, model.digest(), output.record(), Digest.of(output.record()), run, true));
                }
                listener.note("The evaluation in run " + run.runId() + " is not used: " + problem);
            }
        }
        return Optional.empty();
    }

    /** Why the run's record is not what it should be, as a clause; null when it is. */
    private String fetch(RegisteredModel model, TrackedRun run) throws IOException {
        EvaluationOutput output = new EvaluationOutput(EvaluationDirectory.fresh(directory.evaluation(model.digest())));
        try {
            tracking.downloadArtifacts(run.runId(), ARTIFACTS, directory.evaluation(model.digest()), MAX_BYTES);
            EvaluationRecord record = EvaluationRecord.read(output.record());
            if (!Digest.of(output.record()).toString().equals(run.tags().get(RunTags.EVALUATION))) {
                return "it was changed after it was recorded";
            }
            boolean same = model.digest().equals(record.model())
                    && record.evaluationSet() != null
                    && set.contentId().equals(record.evaluationSet().contentId())
                    && record.evaluator().equals(evaluator.facts());
            if (!same) {
                return "it is of another model, set or evaluator than its run says";
            }
            String samples = record.parsedMetrics().samplesFile();
            return samples == null
                            || Digest.of(directory.evaluation(model.digest()).resolve(samples))
                                    .equals(record.samplesDigest())
                    ? null
                    : "its per-sample results were changed after they were recorded";
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.UNREACHABLE || e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            return e.getMessage();
        } catch (IOException e) {
            return "it cannot be read: " + e.getMessage();
        }
    }

    /** Ends the MLflow run of an evaluation that failed or was interrupted; returns what to throw. */
    static RuntimeException ended(TrackingServer tracking, String runId, Exception cause) {
        // a client cannot talk to the server while the thread's interrupt flag is up
        boolean flag = Thread.interrupted();
        boolean interrupted =
                flag || cause instanceof MlopsException ours && ours.kind() == MlopsException.Kind.INTERRUPTED;
        String left = "";
        try {
            tracking.endRun(
                    runId, interrupted || cause instanceof StoppedException ? RunStatus.KILLED : RunStatus.FAILED);
        } catch (MlopsException e) {
            left = "; besides, MLflow run " + runId + " could not be ended: " + e.getMessage();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            return new MlopsException(MlopsException.Kind.INTERRUPTED, "The evaluation was interrupted" + left, cause);
        }
        if (cause instanceof MlopsException ours) {
            return left.isEmpty() ? ours : new MlopsException(ours.kind(), ours.getMessage() + left, ours);
        }
        return cause instanceof RuntimeException defect
                ? defect
                : MlopsException.failed("The evaluation's files cannot be used: " + cause.getMessage() + left, cause);
    }
}
