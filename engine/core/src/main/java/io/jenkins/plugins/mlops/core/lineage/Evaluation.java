package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model scored on an evaluation dataset.
 *
 * @param evaluationSet the dataset, with the role {@code evaluation}
 * @param record {@code evaluation.json} by its SHA-256, where all numbers are
 * @param metrics the overall ones
 * @param evaluator what evaluated, in the words of the evaluation record
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Evaluation(
        ResourceDescriptor evaluationSet,
        ResourceDescriptor record,
        Map<String, Double> metrics,
        Map<String, String> evaluator,
        Instant evaluatedOn)
        implements ModelEvent {

    public static final String TYPE = OWN_TYPES + "evaluation/v1";

    public Evaluation {
        Predicate.require(record, "record");
        evaluatedOn = ModelEvent.moment(evaluatedOn, "evaluatedOn");
        metrics = metrics == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(metrics));
        evaluator = evaluator == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(evaluator));
    }

    /**
     * @param dataset null when the evaluation set is not known
     * @param record the digest of {@code evaluation.json}
     */
    public static Evaluation of(
            DatasetVersion dataset,
            Digest record,
            Map<String, Double> metrics,
            Map<String, String> evaluator,
            Instant evaluatedOn) {
        return new Evaluation(
                dataset == null ? null : TrainingProvenance.dataset(dataset, Provenance.EVALUATION_DATA),
                ResourceDescriptor.file("evaluation.json", record),
                metrics,
                evaluator,
                evaluatedOn);
    }

    @Override
    public Instant time() {
        return evaluatedOn;
    }
}
