package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.gate.Metrics;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.lineage.TrainingProvenance;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Writes what a training is known to have been made from, into the run directory and the lineage store. */
final class LineageWriter {

    private static final int SHOWN_CHANGES = 5;

    private final TrainingServices services;
    private final TrainingRun.Plan plan;
    private final RunDirectory directory;
    private final TrackedRun run;
    private final String runUrl;
    private final UUID id;

    LineageWriter(
            TrainingServices services,
            TrainingRun.Plan plan,
            RunDirectory directory,
            TrackedRun run,
            String runUrl,
            UUID id) {
        this.services = services;
        this.plan = plan;
        this.directory = directory;
        this.run = run;
        this.runUrl = runUrl;
        this.id = id;
    }

    TrainingResult.Lineage write(TrainingFacts facts, Instant started) throws IOException {
        Instant finished = Instant.now();
        TrainingProvenance training = provenance(facts, started, finished);
        facts.recordedGaps = training.provenance().gaps();
        Path record = directory.lineage().resolve("provenance.json");
        Digest digest = keep(training.statement(), record);
        if (facts.evaluation != null) {
            Map<String, Double> finite =
                    new TreeMap<>(facts.evaluation.parsedMetrics().overall());
            finite.values().removeIf(value -> !Metrics.isFinite(value));
            Evaluation evaluation = Evaluation.of(
                    facts.evaluationSet, facts.evaluationDigest, finite, facts.evaluation.evaluator(), finished);
            keep(evaluation.statement(facts.model.digest()), directory.lineage().resolve("evaluation.json"));
        }
        return new TrainingResult.Lineage(record.toString(), digest);
    }

    private Digest keep(Statement statement, Path file) throws IOException {
        Files.write(file, statement.toBytes());
        return services.lineage().append(statement);
    }

    private TrainingProvenance provenance(TrainingFacts facts, Instant started, Instant finished) {
        TrainingSpecification specification = plan.specification();
        TrainingProvenance training = Provenance.training(facts.model)
                .external("name", specification.name())
                .external("command", specification.command())
                .external("environment", specification.environment())
                .external("params", specification.params().values())
                .external("seed", specification.seed())
                .internal("backend", services.backend().name())
                .internal("attempts", facts.attempts)
                .builder(services.builder().id(), services.builder().version())
                .run(id.toString(), started, finished)
                .mlflowRun(runUrl, specification.experiment(), run.runId());
        addSource(training);
        if (facts.training != null) {
            training.trainingDataset(facts.training);
        }
        if (facts.evaluation != null) {
            training.evaluationDataset(facts.evaluationSet)
                    .external("evaluationCommand", specification.evaluation().command())
                    .byproduct("evaluation.json", facts.evaluationDigest);
        }
        if (facts.installed != null) {
            training.environment("environment.json", facts.installed.digest());
        }
        if (plan.parent() != null) {
            training.parent(plan.parent().uri(), facts.parentDigest);
            if (plan.parent().digest() == null) {
                training.gap("the parent model " + plan.parent().uri()
                        + " was registered without a digest, so its files could not be checked");
            }
        }
        facts.gaps.forEach(training::gap);
        return training;
    }

    private void addSource(TrainingProvenance training) {
        if (plan.source() == null) {
            return;
        }
        training.commit(plan.source().repository(), plan.source().commit());
        int changes = plan.source().changes().size();
        if (changes > 0) {
            training.gap("the work tree differed from the commit in " + changes + " files: "
                    + String.join(", ", plan.source().changes().subList(0, Math.min(changes, SHOWN_CHANGES)))
                    + (changes > SHOWN_CHANGES ? ", ..." : ""));
        }
        if (plan.source().repository() == null) {
            training.gap("the commit's repository has no remote");
        }
    }
}
