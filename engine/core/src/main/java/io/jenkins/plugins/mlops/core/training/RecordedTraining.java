package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import java.util.List;
import java.util.Map;

/**
 * What was recorded of a training whose run has not ended yet: the files are in MLflow, statements and tags still have to be
 * kept.
 *
 * @param model null when the training left none
 * @param evaluation digest of {@code evaluation.json}, null without one
 * @param lineage digest of {@code provenance.json}, null without a model
 * @param gaps what the lineage record cannot say, a phrase each
 * @param statements for a lineage store, the provenance first
 * @param tags for {@link TrainingRecorder#finish}
 */
public record RecordedTraining(
        ModelFiles model,
        Digest evaluation,
        Digest lineage,
        List<String> gaps,
        List<Statement> statements,
        Map<String, String> tags) {

    public RecordedTraining {
        gaps = List.copyOf(gaps);
        statements = List.copyOf(statements);
        tags = Map.copyOf(tags);
    }
}
