package io.jenkins.plugins.mlops.core.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationResult.Measured;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.training.RegisteredModel;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What of an evaluation on a cluster outlives whoever watches it: a file of its directory, without a secret. */
@JsonInclude(JsonInclude.Include.NON_NULL)
final class ClusterEvaluationState {

    private static final String FILE = "evaluation-run.json";

    /** A model that is to be measured, and what is known of that by now. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    static final class Model {
        @JsonProperty(required = true)
        RegisteredModel registered;

        @JsonProperty
        Digest digest;

        /** The id of its evaluation, by which MLflow and the cluster know it. */
        @JsonProperty
        String id;

        @JsonProperty
        String runId;

        @JsonProperty
        Workload workload;

        @JsonProperty
        Instant finished;

        @JsonProperty
        Measured measured;
    }

    @JsonProperty(required = true)
    String id;

    @JsonProperty(required = true)
    ClusterEvaluationStage stage;

    @JsonProperty(required = true)
    EvaluationSpecification specification;

    @JsonProperty(required = true)
    Instant started;

    @JsonProperty
    boolean force;

    @JsonProperty
    SourceRevision source;

    @JsonProperty
    boolean exported;

    @JsonProperty
    DatasetVersion set;

    @JsonProperty
    Map<String, String> evaluator;

    @JsonProperty
    String image;

    @JsonProperty
    String toolImage;

    @JsonProperty
    String controller;

    @JsonProperty
    String code;

    @JsonProperty
    List<String> notes = new ArrayList<>();

    @JsonProperty
    List<Model> models = new ArrayList<>();

    /** Of the model that it is about now. */
    @JsonProperty
    int current;

    @JsonProperty
    MlopsException.Kind failureKind;

    @JsonProperty
    String failure;

    static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(FILE));
    }

    /** @throws MlopsException of kind USAGE when there is none, or it is broken */
    static ClusterEvaluationState load(Path directory) {
        if (!isIn(directory)) {
            throw MlopsException.usage("There is no evaluation on a cluster in " + directory);
        }
        return Documents.read(directory.resolve(FILE), ClusterEvaluationState.class);
    }

    void save(Path directory) throws IOException {
        Documents.writeAtomically(directory.resolve(FILE), Documents.toJson(this));
    }

    Model model() {
        return models.get(current);
    }

    /** The same whenever this evaluation asks for this model; another one for each, since the watch tells workloads apart by it. */
    String idOf(Digest digest) {
        return UUID.nameUUIDFromBytes((id + "/" + digest).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
