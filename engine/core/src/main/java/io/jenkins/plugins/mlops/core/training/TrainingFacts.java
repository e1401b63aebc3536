package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.gate.EvaluationRecord;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import java.util.ArrayList;
import java.util.List;

/** What becomes known while a training runs; each is null until then, and stays null when the training has no such part. */
final class TrainingFacts {
    DatasetVersion training;
    DatasetVersion evaluationSet;
    Digest parentDigest;
    TrainingBackend.Installed installed;
    ModelFiles model;
    EvaluationRecord evaluation;
    Digest evaluationDigest;
    int attempts;
    /** What lineage cannot say, beyond what its writer finds missing by itself. */
    final List<String> gaps = new ArrayList<>();
    /** What the lineage record names as gaps. */
    List<String> recordedGaps = List.of();
}
