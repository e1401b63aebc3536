package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The numbers of one model, and what is known about where they come from.
 *
 * @param origin the file, or the run, for people
 * @param digest of the file's bytes; null when the numbers come from a run's metrics
 * @param model tree digest of the model's files, null when unknown
 * @param evaluationSet null when unknown
 * @param evaluator what measured it; without facts when unknown
 * @param samples the per-sample results, null when there are none
 * @param seeds the same measured with other seeds, of the training or of the evaluation; mostly empty
 */
public record Measurement(
        String origin,
        Digest digest,
        Digest model,
        DatasetVersion evaluationSet,
        Evaluator evaluator,
        Metrics metrics,
        SampleFile samples,
        List<Measurement> seeds) {

    public Measurement {
        seeds = List.copyOf(seeds);
    }

    /** Numbers without per-sample results, by an unknown evaluator. */
    public Measurement(String origin, Digest digest, Digest model, DatasetVersion evaluationSet, Metrics metrics) {
        this(origin, digest, model, evaluationSet, Evaluator.UNKNOWN, metrics, null, List.of());
    }

    /**
     * This with what other seeds gave.
     *
     * @throws MlopsException of kind USAGE when a record is given twice, which would count one seed as two
     */
    public Measurement withSeeds(List<Measurement> others) {
        Set<Digest> known = new HashSet<>();
        Stream.concat(Stream.of(this), others.stream())
                .filter(one -> one.model != null && one.digest != null)
                .forEach(one -> {
                    if (!known.add(one.digest)) {
                        throw MlopsException.usage(
                                "The record " + one.origin + " is given twice: every seed has a record of its own");
                    }
                });
        return new Measurement(origin, digest, model, evaluationSet, evaluator, metrics, samples, others);
    }

    /** This and its other seeds. */
    List<Measurement> withItsSeeds() {
        return Stream.concat(Stream.of(this), seeds.stream()).toList();
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
            return new Measurement(
                    file.name(),
                    file.digest(),
                    null,
                    null,
                    Evaluator.UNKNOWN,
                    metrics,
                    samples(metrics, null, file),
                    List.of());
        }
        EvaluationRecord evaluation = EvaluationRecord.parse(file);
        Metrics metrics = evaluation.parsedMetrics();
        return new Measurement(
                file.name(),
                file.digest(),
                evaluation.model(),
                evaluation.evaluationSet(),
                new Evaluator(evaluation.evaluator()),
                metrics,
                samples(metrics, evaluation.samplesDigest(), file),
                List.of());
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
