package io.jenkins.plugins.mlops.core.evaluation;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.gate.EvaluationRecord;
import io.jenkins.plugins.mlops.core.gate.Metrics;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What an evaluation command left in its directory: {@code metrics.json} and what belongs to it. */
public final class EvaluationOutput {

    public static final String METRICS_FILE = "metrics.json";
    public static final String RECORD_FILE = "evaluation.json";

    private final Path directory;

    public EvaluationOutput(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    /** Where the command writes its numbers. */
    public Path metrics() {
        return directory.resolve(METRICS_FILE);
    }

    /** Where {@link #bind} writes the record. */
    public Path record() {
        return directory.resolve(RECORD_FILE);
    }

    /**
     * Binds the numbers to what they are of, and writes {@code evaluation.json}.
     *
     * @param model null when unknown
     * @param set null when unknown
     * @throws MlopsException of kind FAILED when there are no metrics or a link lies there, of kind USAGE when they are broken
     */
    public EvaluationRecord bind(Digest model, DatasetVersion set, Map<String, String> evaluator) throws IOException {
        if (!Files.isRegularFile(metrics())) {
            throw MlopsException.failed(
                    "The evaluation wrote no metrics: let it write the file that MLOPS_METRICS_FILE names, "
                            + metrics());
        }
        refuseLinks();
        EvaluationRecord evaluation = EvaluationRecord.of(model, set, evaluator, metrics());
        evaluation.write(record());
        return evaluation;
    }

    private void refuseLinks() throws IOException {
        try (Stream<Path> below = Files.walk(directory)) {
            Optional<Path> link = below.filter(Files::isSymbolicLink).findFirst();
            if (link.isPresent()) {
                throw MlopsException.failed(
                        "The evaluation left the link " + link.get() + ": let it write a plain file");
            }
        }
    }

    /**
     * Sends the overall metrics to MLflow as {@code eval/<metric>}; those that it does not take stay in the file, which is said.
     *
     * @param notes hears sentences without a full stop
     */
    public void logMetrics(TrackingServer tracking, String runId, Consumer<String> notes) {
        Map<String, Double> known = tracking.run(runId).map(TrackedRun::metrics).orElse(Map.of());
        Map<String, Double> finite = new TreeMap<>();
        Metrics.read(metrics()).overall().forEach((metric, value) -> {
            String name = "eval/" + metric;
            if (!Metrics.isFinite(value)) {
                notes.accept("The metric " + metric + " is " + value
                        + ": it stays in evaluation.json and is not sent to MLflow, and a gate will fail it");
            } else if (!tracking.takesName(name)) {
                notes.accept("The metric " + metric
                        + " stays in evaluation.json and is not sent to MLflow, which does not take its name");
            } else if (!value.equals(known.get(name))) {
                finite.put(name, value);
            }
        });
        if (!finite.isEmpty()) {
            tracking.logMetrics(runId, finite);
        }
    }
}
