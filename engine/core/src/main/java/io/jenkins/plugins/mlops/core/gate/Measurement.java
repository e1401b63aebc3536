package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.file.Path;

/**
 * The numbers of one model, and what is known about where they come from.
 *
 * @param origin the file, or the run, for people
 * @param digest of the file's bytes; null when the numbers come from a run's metrics
 * @param model tree digest of the model's files, null when unknown
 * @param evaluationSet null when unknown
 * @param samples the per-sample results, null when there are none
 */
public record Measurement(
        String origin, Digest digest, Digest model, DatasetVersion evaluationSet, Metrics metrics, SampleFile samples) {

    /** Numbers without per-sample results. */
    public Measurement(String origin, Digest digest, Digest model, DatasetVersion evaluationSet, Metrics metrics) {
        this(origin, digest, model, evaluationSet, metrics, null);
    }

    /**
     * Reads {@code evaluation.json} or, when it names no schema, {@code metrics.json}.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when the file is broken
     */
    public static Measurement of(InputFile file) {
        JsonNode document = MetricsReader.document(file);
        if (!document.path("schema").isTextual()) {
            Metrics metrics = MetricsReader.metrics(document, file.name());
            return new Measurement(file.name(), file.digest(), null, null, metrics, samples(metrics, null, file));
        }
        EvaluationRecord evaluation = EvaluationRecord.parse(file);
        Metrics metrics = evaluation.parsedMetrics();
        return new Measurement(
                file.name(),
                file.digest(),
                evaluation.model(),
                evaluation.evaluationSet(),
                metrics,
                samples(metrics, evaluation.samplesDigest(), file));
    }

    private static SampleFile samples(Metrics metrics, Digest recorded, InputFile file) {
        return metrics.samplesFile() == null
                ? null
                : new SampleFile(metrics.samplesFile(), recorded, file.neighbours());
    }

    /**
     * As {@link #of}, from a file of this machine.
     *
     * @param origin what reports and errors call the file
     */
    public static Measurement read(Path file, String origin) {
        return of(InputFile.read(file, origin));
    }
}
