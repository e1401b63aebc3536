package io.jenkins.plugins.mlops.core.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.util.List;

/**
 * What a training that is done has made.
 *
 * @param commit null when the code lies in no Git repository
 * @param evaluation the file {@code evaluation.json}, null without an evaluation
 * @param metrics the file {@code metrics.json}, null without an evaluation
 * @param gaps what the lineage record could not say, a phrase each
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record TrainingResult(
        Run run,
        String experiment,
        Model model,
        Datasets datasets,
        String commit,
        String evaluation,
        String metrics,
        Lineage lineage,
        List<String> gaps,
        double seconds) {

    /** Of a training whose output is published. @param nanos how long it took */
    static TrainingResult of(
            TrackingServer tracking,
            TrackedRun run,
            TrainingSpecification specification,
            RunDirectory directory,
            TrainingFacts facts,
            RecordedTraining recorded,
            long nanos) {
        boolean evaluated = facts.evaluation != null;
        return new TrainingResult(
                new Run(run.runId(), tracking.runUrl(run), RunStatus.FINISHED.name()),
                specification.experiment(),
                new Model(
                        directory.finishedModel().toString(),
                        facts.model.digest(),
                        facts.model.files().size(),
                        facts.model.bytes()),
                new Datasets(
                        Dataset.of(facts.training.isEmpty() ? null : facts.training.get(0)),
                        Dataset.of(facts.evaluationSet)),
                facts.source == null ? null : facts.source.commit(),
                evaluated ? directory.files().evaluationRecord().toString() : null,
                evaluated ? directory.files().metrics().toString() : null,
                new Lineage(directory.files().provenance().toString(), recorded.lineage()),
                recorded.gaps(),
                Math.round(nanos / 1e7) / 100.0);
    }

    /** The MLflow run. @param status FINISHED */
    public record Run(String id, String url, String status) {}

    /** The model's files. @param digest their content id */
    public record Model(String directory, Digest digest, long files, long bytes) {}

    /** What went in; null for none. */
    public record Datasets(Dataset training, Dataset evaluation) {}

    /** A dataset as it was pulled. @param version the content id */
    public record Dataset(String name, Digest version, String source, String uri, long files, long bytes) {
        static Dataset of(DatasetVersion version) {
            return version == null
                    ? null
                    : new Dataset(
                            version.name(),
                            version.contentId(),
                            version.sourceId(),
                            version.source(),
                            version.files(),
                            version.bytes());
        }
    }

    /** The lineage record. @param record its file @param digest of the file */
    public record Lineage(String record, Digest digest) {}
}
