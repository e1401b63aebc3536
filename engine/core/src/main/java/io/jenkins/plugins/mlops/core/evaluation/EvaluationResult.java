package io.jenkins.plugins.mlops.core.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.List;
import java.util.Map;

/**
 * What was measured.
 *
 * @param champion absent when none was asked for, or there is none yet
 * @param notes sentences without a full stop that a reader should know
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationResult(
        DatasetVersion evaluationSet,
        Map<String, String> evaluator,
        Measured candidate,
        Measured champion,
        List<String> notes) {

    /**
     * One model's record.
     *
     * @param model {@code models:/NAME/VERSION} or {@code runs:/ID}
     * @param digest content id of its files
     * @param evaluation path of {@code evaluation.json}
     * @param evaluationDigest of that file
     * @param run the MLflow run of the evaluation
     * @param reused whether it was measured before, and not now
     */
    public record Measured(
            String model,
            Digest digest,
            String evaluation,
            Digest evaluationDigest,
            String run,
            String url,
            boolean reused) {}
}
