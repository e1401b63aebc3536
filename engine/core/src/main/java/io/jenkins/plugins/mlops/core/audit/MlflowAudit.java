package io.jenkins.plugins.mlops.core.audit;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.lineage.Dossier;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.training.Params;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks a model's files and run in MLflow: the files are downloaded and make the model's content id; the run is there, FINISHED, and has
 * the parameters and metrics that the records have.
 */
public final class MlflowAudit {

    /** Where a training puts its model among the run's artifacts. */
    private static final String MODEL = "model";

    private static final String EVALUATION_METRIC = "eval/";

    private final TrackingServer runs;

    public MlflowAudit(TrackingServer runs) {
        this.runs = runs;
    }

    void check(ModelLocator.Located model, List<Recorded<Provenance>> provenance, Dossier dossier, List<Check> checks) {
        Map<String, String> artifacts = new LinkedHashMap<>(); // where the model's files are, by run
        Map<String, Provenance> recorded = new LinkedHashMap<>();
        for (Recorded<Provenance> how : provenance) {
            how.predicate().mlflowRun().ifPresent(run -> {
                artifacts.put(run, MODEL);
                recorded.put(run, how.predicate());
            });
        }
        for (ModelVersion version : model.versions()) {
            if (version.runId() != null) {
                runs.run(version.runId())
                        .flatMap(run -> artifact(version, run))
                        .ifPresent(path -> artifacts.put(version.runId(), path));
            }
        }
        if (artifacts.isEmpty()) {
            checks.add(new Check(
                    "files",
                    model.digest().toString(),
                    Outcome.UNKNOWN,
                    "no record or version names a run that has its files"));
        }
        artifacts.forEach((run, path) -> {
            checks.add(DeepVerification.guarded("run", run, () -> run(run, recorded.get(run), dossier)));
            checks.add(DeepVerification.guarded("files", run + "/" + path, () -> files(run, path, model.digest())));
        });
    }

    /** The path of a version's files among its run's artifacts; empty when they lie elsewhere. */
    private static Optional<String> artifact(ModelVersion version, TrackedRun run) {
        String root = run.artifactUri() + "/";
        return version.source() != null && version.source().startsWith(root)
                ? Optional.of(version.source().substring(root.length()))
                : Optional.empty();
    }

    private Check files(String run, String path, Digest model) {
        String subject = run + "/" + path;
        if (runs.run(run).isEmpty()) {
            return new Check("files", subject, Outcome.UNKNOWN, "the run is gone");
        }
        if (runs.listArtifacts(run, path).isEmpty()) {
            return new Check("files", subject, Outcome.FAILED, "MLflow has no files there any more");
        }
        ModelFiles files;
        try {
            Path directory = Files.createTempDirectory("mlops-verify");
            try {
                runs.downloadArtifacts(run, path, directory);
                files = ModelFiles.of(directory);
            } finally {
                FileTree.delete(directory);
            }
        } catch (IOException e) {
            throw MlopsException.failed("The files of " + subject + " cannot be kept for a moment: " + e, e);
        }
        boolean same = files.digest().equals(model);
        return new Check(
                "files",
                subject,
                same ? Outcome.OK : Outcome.FAILED,
                same
                        ? files.files().size() + " files in MLflow make the model's content id"
                        : "the files in MLflow make " + files.digest());
    }

    /** @param how what is recorded of the run, null when nothing is */
    private Check run(String id, Provenance how, Dossier dossier) {
        Optional<TrackedRun> found = runs.run(id);
        if (found.isEmpty()) {
            return new Check("run", id, Outcome.FAILED, "MLflow does not have it any more");
        }
        List<String> differences = new ArrayList<>();
        if (found.get().status() != RunStatus.FINISHED) {
            differences.add("its status is " + found.get().status());
        }
        if (how != null) {
            params(how).forEach((name, value) -> {
                String now = found.get().params().get(name);
                if (!value.equals(now)) {
                    differences.add("its parameter " + name + " is " + now + ", recorded is " + value);
                }
            });
        }
        metrics(found.get(), dossier, differences);
        return new Check(
                "run",
                id,
                differences.isEmpty() ? Outcome.OK : Outcome.FAILED,
                differences.isEmpty()
                        ? "it is there, with the recorded parameters and metrics"
                        : String.join("; ", differences));
    }

    private static Map<String, String> params(Provenance how) {
        Map<String, Object> external = how.buildDefinition().externalParameters();
        if (!(external.get("params") instanceof Map<?, ?> values)) {
            return Map.of();
        }
        Map<String, Object> named = new LinkedHashMap<>();
        values.forEach((name, value) -> named.put(String.valueOf(name), value));
        try {
            return new Params(named)
                    .flatWithSeed(external.get("seed") instanceof Number seed ? seed.longValue() : null);
        } catch (MlopsException e) {
            return Map.of(); // recorded by a product that names parameters in another way
        }
    }

    private static void metrics(TrackedRun run, Dossier dossier, List<String> differences) {
        Map<String, List<Double>> recorded = new LinkedHashMap<>();
        dossier.of(Evaluation.class)
                .forEach(evaluation -> evaluation
                        .predicate()
                        .metrics()
                        .forEach((name, value) -> recorded.computeIfAbsent(name, any -> new ArrayList<>())
                                .add(value)));
        recorded.forEach((name, values) -> {
            Double now = run.metrics().get(EVALUATION_METRIC + name);
            if (now != null && !values.contains(now)) {
                differences.add("its metric " + EVALUATION_METRIC + name + " is " + now + ", recorded is " + values);
            }
        });
    }
}
