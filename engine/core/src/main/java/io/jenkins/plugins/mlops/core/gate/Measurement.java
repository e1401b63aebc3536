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
 */
public record Measurement(String origin, Digest digest, Digest model, DatasetVersion evaluationSet, Metrics metrics) {

    /**
     * Reads {@code evaluation.json} or, when it names no schema, {@code metrics.json}.
     *
     * @param origin what reports call the file
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when the file is absent, broken or too large
     */
    public static Measurement read(Path file, String origin) {
        String text = MetricsReader.text(file);
        Digest digest = Digest.of(text);
        JsonNode document = MetricsReader.document(text, origin);
        if (!document.path("schema").isTextual()) {
            return new Measurement(origin, digest, null, null, MetricsReader.metrics(document, origin));
        }
        EvaluationRecord evaluation = EvaluationRecord.parse(text, origin);
        return new Measurement(
                origin, digest, evaluation.model(), evaluation.evaluationSet(), evaluation.parsedMetrics());
    }
}
