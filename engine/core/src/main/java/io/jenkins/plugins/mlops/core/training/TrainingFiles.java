package io.jenkins.plugins.mlops.core.training;

import java.nio.file.Path;

/**
 * Where a training leaves what is recorded of it.
 *
 * @param model directory of the model's files
 * @param evaluation directory of metrics and what belongs to them
 * @param lineage directory of the lineage records and what they refer to; it exists
 */
public record TrainingFiles(Path model, Path evaluation, Path lineage) {

    public Path metrics() {
        return evaluation.resolve("metrics.json");
    }

    public Path evaluationRecord() {
        return evaluation.resolve("evaluation.json");
    }

    Path environment() {
        return lineage.resolve("environment.json");
    }

    Path provenance() {
        return lineage.resolve("provenance.json");
    }

    Path evaluationStatement() {
        return lineage.resolve("evaluation.json");
    }
}
