package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code evaluation.json}: binds the numbers of one evaluation to the model, the evaluation set and the evaluator that they
 * come from, so that numbers of different sets are never compared.
 *
 * @param schema {@value #SCHEMA}
 * @param model tree digest of the model's files, null when unknown
 * @param evaluationSet what the model was measured on, null when unknown
 * @param evaluator what measured it, as free names and values (command, commit, image)
 * @param samplesDigest of the per-sample results that the metrics name as {@code samples_file}, null without
 * @param metrics the content of {@code metrics.json}, verbatim but for bare NaN and Infinity, which are written as texts since
 *     JSON lacks them
 */
@JsonPropertyOrder({"schema", "model", "evaluationSet", "evaluator", "samplesDigest", "metrics"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationRecord(
        String schema,
        Digest model,
        DatasetVersion evaluationSet,
        Map<String, String> evaluator,
        Digest samplesDigest,
        ObjectNode metrics) {

    /** Name and version of the format. */
    public static final String SCHEMA = "mlops-evaluation/1";

    public EvaluationRecord(
            @JsonProperty(value = "schema", required = true) String schema,
            @JsonProperty("model") Digest model,
            @JsonProperty("evaluationSet") DatasetVersion evaluationSet,
            @JsonProperty("evaluator") Map<String, String> evaluator,
            @JsonProperty("samplesDigest") Digest samplesDigest,
            @JsonProperty(value = "metrics", required = true) ObjectNode metrics) {
        if (!SCHEMA.equals(schema)) {
            throw MlopsException.usage("schema '" + schema + "' is not known here, '" + SCHEMA + "' is");
        }
        if (metrics == null) {
            throw MlopsException.usage("an evaluation record has 'metrics'");
        }
        this.schema = schema;
        this.model = model;
        this.evaluationSet = evaluationSet;
        this.evaluator = evaluator == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(evaluator));
        this.samplesDigest = samplesDigest;
        this.metrics = metrics;
    }

    /**
     * Binds a {@code metrics.json}, which is checked, and the per-sample results that it names.
     *
     * @throws MlopsException of kind USAGE when a file is absent, or that of the metrics broken or too large
     */
    public static EvaluationRecord of(
            Digest model, DatasetVersion evaluationSet, Map<String, String> evaluator, Path metricsFile) {
        JsonNode document = MetricsReader.document(metricsFile);
        String samples = MetricsReader.metrics(document, metricsFile.toString()).samplesFile();
        return new EvaluationRecord(
                SCHEMA,
                model,
                evaluationSet,
                evaluator,
                samples == null ? null : digest(metricsFile, samples),
                (ObjectNode) document);
    }

    private static Digest digest(Path metricsFile, String samples) {
        try {
            return Digest.of(metricsFile.resolveSibling(samples));
        } catch (IOException e) {
            throw MlopsException.usage(
                    metricsFile + " names the per-sample results " + PrintableText.of(samples)
                            + ", which cannot be read beside it: "
                            + (e instanceof NoSuchFileException ? "there is no such file" : e.getMessage()),
                    e);
        }
    }

    /**
     * Reads {@code evaluation.json}.
     *
     * @throws MlopsException of kind USAGE when the file is absent or broken, its metrics included
     */
    public static EvaluationRecord read(Path file) {
        return parse(InputFile.read(file, file.toString()));
    }

    static EvaluationRecord parse(InputFile file) {
        EvaluationRecord evaluation = Documents.readJsonWithNonFinite(file.text(), file.name(), EvaluationRecord.class);
        MetricsReader.metrics(evaluation.metrics, file.name());
        return evaluation;
    }

    /** Writes the record so that the file is there whole or not at all. */
    public void write(Path file) throws IOException {
        Documents.writeJson(file, this);
    }

    /** The metrics, taken apart. */
    public Metrics parsedMetrics() {
        return MetricsReader.metrics(metrics, "the evaluation's metrics");
    }
}
