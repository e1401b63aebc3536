package io.jenkins.plugins.mlops.registry;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A finished run of a real MLflow server, with all that a training leaves there.
 *
 * @param evaluation the text of its evaluation.json
 */
public record TrainedModel(String runId, Digest model, String evaluation) {

    /** Makes one whose model is told by its name. */
    public static TrainedModel train(MlflowServer mlflow, String name, double accuracy, Path scratch)
            throws IOException {
        Digest model = Digest.of(name);
        String evaluation = "{\"schema\": \"mlops-evaluation/1\", \"model\": \"" + model
                + "\", \"metrics\": {\"accuracy\": " + accuracy + "}}";
        String runId = mlflow.createRun("promotions", name, Map.of()).runId();
        mlflow.uploadArtifacts(runId, Files.writeString(scratch.resolve("weights.bin"), name), "model/weights.bin");
        mlflow.uploadArtifacts(
                runId, Files.writeString(scratch.resolve("evaluation.json"), evaluation), "evaluation/evaluation.json");
        mlflow.setTags(
                runId,
                Map.of(
                        RunTags.MODEL_DIGEST, model.toString(),
                        RunTags.EVALUATION, Digest.of(evaluation).toString(),
                        RunTags.LINEAGE, Digest.of("lineage of " + name).toString(),
                        RunTags.COMMIT, "0123456789012345678901234567890123456789",
                        RunTags.TRAINING_DATASET, Digest.of("dataset").toString()));
        mlflow.logMetrics(runId, Map.of("accuracy", accuracy));
        mlflow.endRun(runId, RunStatus.FINISHED);
        return new TrainedModel(runId, model, evaluation);
    }

    /** A gate on it, as a pipeline's script; it leaves the outcome in {@code gate}. */
    public String gate(String registered) {
        return """
                def gate
                node {
                    writeFile file: 'rules.yaml', text: 'rules: [{metric: accuracy, direction: higher, baseline: champion, without_baseline: pass}]'
                    writeFile file: 'evaluation.json', text: '@EVALUATION@'
                    gate = evaluationGate rules: 'rules.yaml', metrics: 'evaluation.json', model: '@MODEL@', onFailure: 'continue'
                }
                """.replace("@EVALUATION@", evaluation).replace("@MODEL@", registered);
    }
}
