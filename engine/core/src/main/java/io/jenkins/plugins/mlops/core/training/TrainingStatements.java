package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.gate.Metrics;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.lineage.TrainingProvenance;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a training is known to have been made from, and what its model scored, as lineage says it. */
final class TrainingStatements {

    private static final int SHOWN_CHANGES = 5;

    private final TrainingFacts facts;
    private final Instant finished;
    private final TrainingProvenance provenance;

    TrainingStatements(TrainingFacts facts, String runUrl, String runId, Instant finished) {
        this.facts = facts;
        this.finished = finished;
        this.provenance = collect(runUrl, runId);
    }

    Statement provenance() {
        return provenance.statement();
    }

    /** What the provenance cannot say. */
    List<String> gaps() {
        return provenance.provenance().gaps();
    }

    Statement evaluation() {
        Map<String, Double> finite =
                new TreeMap<>(facts.evaluation.parsedMetrics().overall());
        finite.values().removeIf(value -> !Metrics.isFinite(value));
        return Evaluation.of(
                        facts.evaluationSet, facts.evaluationDigest, finite, facts.evaluation.evaluator(), finished)
                .statement(facts.model.digest());
    }

    private TrainingProvenance collect(String runUrl, String runId) {
        TrainingProvenance training = Provenance.training(facts.model)
                .builder(facts.builder.id(), facts.builder.version())
                .run(facts.id, facts.started, finished)
                .mlflowRun(runUrl, facts.experiment, runId);
        facts.asked.forEach(training::external);
        facts.added.forEach(training::internal);
        addSource(training);
        facts.training.forEach(training::trainingDataset);
        if (facts.evaluation != null) {
            training.byproduct("evaluation.json", facts.evaluationDigest);
            if (facts.evaluationSet != null) {
                training.evaluationDataset(facts.evaluationSet);
            }
        }
        if (facts.image != null && facts.image.digest() != null) {
            training.image(facts.image.registry() + "/" + facts.image.repository(), facts.image.digest());
        }
        if (facts.environment != null) {
            training.environment("environment.json", facts.environment);
        }
        if (facts.parent != null) {
            training.parent(facts.parent.uri(), facts.parentDigest);
            if (facts.parent.digest() == null) {
                training.gap("the parent model " + facts.parent.uri()
                        + " was registered without a digest, so its files could not be checked");
            }
        }
        facts.gaps.forEach(training::gap);
        return training;
    }

    private void addSource(TrainingProvenance training) {
        if (facts.source == null) {
            return;
        }
        training.commit(facts.source.repository(), facts.source.commit());
        List<String> changes = facts.source.changes();
        if (!changes.isEmpty()) {
            training.gap(Provenance.CHANGED_CODE + " in " + changes.size() + " files: "
                    + String.join(", ", changes.subList(0, Math.min(changes.size(), SHOWN_CHANGES)))
                    + (changes.size() > SHOWN_CHANGES ? ", ..." : ""));
        }
        if (facts.source.repository() == null) {
            training.gap("the commit's repository has no remote");
        }
    }
}
