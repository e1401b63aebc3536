package io.jenkins.plugins.mlops.core.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.Repeats;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What of a training on a cluster outlives whoever watches it: a file of its run directory, without a secret. */
@JsonInclude(JsonInclude.Include.NON_NULL)
final class ClusterTrainingState {

    private static final String FILE = "training.json";

    @JsonProperty(required = true)
    String id;

    @JsonProperty(required = true)
    ClusterStage stage;

    @JsonProperty(required = true)
    TrainingSpecification specification;

    @JsonProperty(required = true)
    Instant started;

    @JsonProperty
    SourceRevision source;

    @JsonProperty
    boolean exported;

    @JsonProperty
    Repeats repeats;

    @JsonProperty
    DatasetVersion trainingDataset;

    @JsonProperty
    DatasetVersion evaluationDataset;

    @JsonProperty
    Map<String, TrainingPlan.DatasetCard> datasetCards;

    @JsonProperty
    ParentModel parent;

    @JsonProperty
    Digest parentDigest;

    @JsonProperty
    String image;

    @JsonProperty
    String toolImage;

    @JsonProperty
    String controller;

    @JsonProperty
    String runId;

    @JsonProperty
    String runUrl;

    @JsonProperty
    String code;

    @JsonProperty
    String parentFiles;

    @JsonProperty
    Workload staging;

    @JsonProperty
    Workload training;

    @JsonProperty
    Workload evaluation;

    @JsonProperty
    List<String> warmNodes;

    @JsonProperty
    Hardware hardware;

    @JsonProperty
    Instant finished;

    @JsonProperty
    MlopsException.Kind failureKind;

    @JsonProperty
    String failure;

    static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(FILE));
    }

    /** @throws MlopsException of kind USAGE when there is none, or it is broken */
    static ClusterTrainingState load(Path directory) {
        if (!isIn(directory)) {
            throw MlopsException.usage("There is no training of a cluster in " + directory);
        }
        return Documents.read(directory.resolve(FILE), ClusterTrainingState.class);
    }

    void save(Path directory) throws IOException {
        Documents.writeAtomically(directory.resolve(FILE), Documents.toJson(this));
    }

    UUID uuid() {
        return UUID.fromString(id);
    }

    TrainingPlan plan() {
        return new TrainingPlan(
                specification,
                source,
                trainingDataset,
                evaluationDataset,
                parent,
                datasetCards == null ? Map.of() : datasetCards,
                repeats);
    }
}
