package io.jenkins.plugins.mlops.training;

import hudson.model.Run;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.training.ClusterTrainingStatus;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.EvaluationFile;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.lineage.RunFacts.TrainingUse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Tells the record of a build how its trainings go. */
final class TrainingUses {

    private final BuildLineage lineage;

    private TrainingUses(BuildLineage lineage) {
        this.lineage = lineage;
    }

    static TrainingUses of(Run<?, ?> build) {
        return new TrainingUses(BuildLineage.of(build));
    }

    /** A training goes on. @param source null when the code lies in no Git repository */
    void running(String useId, StartedTraining training, SourceRevision source) {
        lineage.update(facts -> facts.with(new TrainingUse(
                useId,
                training.tag,
                training.server,
                training.experiment,
                training.runId,
                training.runUrl,
                RunStatus.RUNNING.name(),
                source == null ? null : source.commit(),
                source == null ? null : source.repository(),
                null,
                training.parent == null ? null : training.parent.uri(),
                null,
                null,
                List.of(),
                now())));
    }

    /** A training goes on in a cluster. @param server name of the MLflow server's profile */
    void running(String useId, String tag, String server, ClusterTrainingStatus training) {
        lineage.update(facts -> facts.with(onCluster(useId, tag, server, training)));
    }

    /** A training of a cluster is recorded. @param evaluation name of the evaluation record's file, or null */
    void finished(
            String useId,
            String tag,
            String server,
            ClusterTrainingStatus training,
            TrainingResult result,
            String evaluation) {
        lineage.update(facts -> facts.with(changed(
                onCluster(useId, tag, server, training),
                RunStatus.FINISHED,
                result.model().digest().toString(),
                evaluation,
                result.lineage().digest() == null
                        ? null
                        : result.lineage().digest().toString(),
                result.gaps())));
    }

    private static TrainingUse onCluster(String useId, String tag, String server, ClusterTrainingStatus training) {
        SourceRevision source = training.source();
        return new TrainingUse(
                useId,
                tag,
                server,
                training.experiment(),
                training.runId(),
                training.runUrl(),
                RunStatus.RUNNING.name(),
                source == null ? null : source.commit(),
                source == null ? null : source.repository(),
                null,
                training.parent(),
                null,
                null,
                List.of(),
                now(),
                training.image(),
                null,
                null,
                null);
    }

    /** A training is recorded. @param evaluation name of the evaluation record's file, or null */
    void finished(String tag, RecordTraining.Outcome outcome, String evaluation) {
        lineage.update(facts -> find(facts, tag)
                .map(use -> facts.with(changed(
                        use, RunStatus.FINISHED, outcome.modelDigest, evaluation, outcome.lineage, outcome.gaps)))
                .orElse(facts));
    }

    /** Whether a training is recorded whole. */
    boolean isFinished(String tag) {
        return find(lineage.facts(), tag)
                .filter(use -> use.status().equals(RunStatus.FINISHED.name()))
                .isPresent();
    }

    /** A training came to another end, or to the one that is known already. */
    void ended(String tag, RunStatus status) {
        if (find(lineage.facts(), tag)
                .filter(use -> !use.status().equals(status.name()))
                .isPresent()) {
            lineage.update(facts -> find(facts, tag)
                    .map(use -> facts.with(
                            changed(use, status, use.modelDigest(), use.evaluation(), use.record(), use.gaps())))
                    .orElse(facts));
        }
    }

    private static Optional<TrainingUse> find(RunFacts facts, String tag) {
        return facts.trainings().stream().filter(use -> use.tag().equals(tag)).findFirst();
    }

    private TrainingUse changed(
            TrainingUse use, RunStatus status, String model, String evaluation, String record, List<String> gaps) {
        return new TrainingUse(
                use.id(),
                use.tag(),
                use.server(),
                use.experiment(),
                use.runId(),
                use.runUrl(),
                status.name(),
                use.commit(),
                use.repository(),
                model,
                use.parent(),
                evaluation,
                record,
                gaps,
                now(),
                use.image(),
                evaluation == null
                        ? null
                        : EvaluationFile.overall(lineage.directory().resolve(evaluation)),
                use.pictures(),
                use.history());
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
