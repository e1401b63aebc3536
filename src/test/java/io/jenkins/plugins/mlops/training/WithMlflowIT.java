package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hudson.FilePath;
import hudson.model.Label;
import hudson.model.Result;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts.TrainingUse;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Against a real MLflow server. */
@WithJenkins
class WithMlflowIT {

    private final TestMlflow mlflow = TestMlflow.assumed();
    private JenkinsRule jenkins;

    @BeforeEach
    void configured(JenkinsRule rule) {
        jenkins = rule;
        mlflow.configure();
    }

    @AfterEach
    void closed() {
        mlflow.close();
    }

    @Test
    void aTrainingIsRecordedFromCommitToModel() throws Exception {
        WorkflowRun build = build(Result.SUCCESS, """
                node {
                  sh '''
                    git init -q . ; git config user.email a@example.org; git config user.name A
                    echo code > train.py; git add train.py; git commit -q -m code
                    git remote add origin https://user:hidden@git.example.org/team/code.git
                    mkdir -p data; echo 1 > data/1.csv
                  '''
                  io.jenkins.plugins.mlops.training.TestPulls.record(currentBuild.rawBuild, '1', 'old', 'training', "${pwd()}/data")
                  io.jenkins.plugins.mlops.training.TestPulls.record(currentBuild.rawBuild, '2', 'digits', 'training', "${pwd()}/data")
                  def value = withMLflow(experiment: '@EXP@', runName: 'night', params: [rate: 0.00001, net: [layers: 2]], seed: 7) {
                    io.jenkins.plugins.mlops.training.TestPulls.record(currentBuild.rawBuild, '3', 'holdout', 'evaluation', "${pwd()}/eval")
                    sh '''set -e
                      test "$MLOPS_DATASET_DIR" = "$PWD/data"; test "$MLOPS_EVALUATION_DATASET_DIR" = "$PWD/eval"
                      test "$MLOPS_SEED" = 7; test -d "$MLOPS_CHECKPOINT_DIR"; test -z "$MLOPS_PARENT_MODEL_DIR"
                      cat "$MLOPS_PARAMS_FILE" > "$MLOPS_MODEL_DIR/weights"
                      echo 'sample,hit' > "$MLOPS_OUTPUT_DIR/samples.csv"
                      echo '{"accuracy": 0.9}' > "$MLOPS_METRICS_FILE"
                      echo new > notes.txt
                      curl -sf -H Content-Type:application/json $MLFLOW_TRACKING_URI/api/2.0/mlflow/runs/update -d "{\\\\"run_id\\\\": \\\\"$MLFLOW_RUN_ID\\\\", \\\\"status\\\\": \\\\"FINISHED\\\\"}"
                    '''
                    [run: env.MLFLOW_RUN_ID, experiment: env.MLFLOW_EXPERIMENT_NAME]
                  }
                  echo "value ${value.run} of ${value.experiment}"
                }
                """);

        TrackedRun run = mlflow.only();
        jenkins.assertLogContains("value " + run.runId() + " of " + mlflow.experiment(), build);
        assertThat(run.name()).isEqualTo("night");
        assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(run.params())
                .containsOnly(Map.entry("rate", "1e-05"), Map.entry("net.layers", "2"), Map.entry("seed", "7"));
        assertThat(run.metrics()).containsEntry("eval/accuracy", 0.9);
        TrainingUse use = BuildLineage.of(build).facts().trainings().get(0);
        assertThat(run.tags())
                .containsEntry(RunTags.REPOSITORY, "https://git.example.org/team/code.git")
                .containsEntry(RunTags.COMMIT, use.commit())
                .containsEntry(RunTags.TRAINING_DATASET, Digest.of("digits").toString())
                .containsEntry(RunTags.EVALUATION_DATASET, Digest.of("holdout").toString())
                .containsEntry(RunTags.MODEL_DIGEST, use.modelDigest())
                .containsEntry(RunTags.LINEAGE, use.record())
                .doesNotContainKey(RunTags.CHANGES);
        assertThat(mlflow.server().listArtifacts(run.runId(), ""))
                .contains(
                        "model/weights",
                        "evaluation/evaluation.json",
                        "evaluation/metrics.json",
                        "evaluation/samples.csv",
                        "lineage/provenance.json",
                        "lineage/evaluation.json");
        assertThat(use.status()).isEqualTo("FINISHED");
        assertThat(use.gaps()).containsExactly("neither image nor environment is known");
        Path evaluation = BuildLineage.of(build).directory().resolve(use.evaluation());
        assertThat(Digest.of(evaluation).toString()).isEqualTo(run.tags().get(RunTags.EVALUATION));
        var dossier = ControllerLineage.store().dossier(Digest.parse(use.modelDigest()));
        assertThat(dossier.records()).hasSize(2);
        assertThat(Files.readString(ControllerLineage.store().record(Digest.parse(use.record()))))
                .contains(build.getUrl(), Digest.of("digits").hex(), use.commit())
                .doesNotContain("hidden");
        assertThat(OpenRuns.get().of(build)).isEmpty();
        assertThat(jenkins.jenkins
                        .getWorkspaceFor(build.getParent())
                        .child(".mlops/jenkins")
                        .list())
                .isEmpty();
    }

    @Test
    void aModelIsFineTunedOnAnAgentInPlacesOfTheCodesOwn() throws Exception {
        build(Result.SUCCESS, "node { withMLflow('@EXP@') { sh 'echo parent > \"$MLOPS_MODEL_DIR/weights\"' } }");
        TrackedRun parent = mlflow.only();
        String digest = parent.tags().get(RunTags.MODEL_DIGEST);
        mlflow.server()
                .createVersion(
                        mlflow.experiment(),
                        "runs:/" + parent.runId() + "/model",
                        parent.runId(),
                        Map.of(RunTags.MODEL_DIGEST, digest));
        jenkins.createOnlineSlave(Label.get("remote"));
        WorkflowRun build = build(Result.SUCCESS, """
                node('remote') {
                  dir('code') {
                    withMLflow(experiment: '@EXP@', parent: 'models:/@EXP@/1', params: [loss: 0.5], model: 'out/model', metrics: 'out/metrics.json') {
                      sh 'cat "$MLOPS_PARENT_MODEL_DIR/weights" > out/model/weights; echo more >> out/model/weights'
                      sh 'test "$MLOPS_METRICS_FILE" = "$PWD/out/metrics.json"; cp "$MLOPS_PARAMS_FILE" out/metrics.json'
                    }
                  }
                }
                """);
        jenkins.assertLogContains("Parent model models:/" + mlflow.experiment() + "/1", build);
        TrainingUse use = BuildLineage.of(build).facts().trainings().get(0);
        TrackedRun run = mlflow.server().run(use.runId()).orElseThrow();
        assertThat(run.tags())
                .containsEntry(RunTags.PARENT, "models:/" + mlflow.experiment() + "/1")
                .containsEntry(RunTags.PARENT_DIGEST, digest);
        assertThat(run.metrics()).containsEntry("eval/loss", 0.5);
        assertThat(use.gaps()).contains("the commit is not known", "the training dataset is not known");

        WorkflowRun again =
                jenkins.assertBuildStatus(Result.FAILURE, build.getParent().scheduleBuild2(0));
        jenkins.assertLogContains("holds something already, which could be taken for the new model", again);
        assertThat(mlflow.runs()).hasSize(2);
    }

    /** For pipelines: logs as code would. */
    public static void log(String runId) throws Exception {
        Path directory = Files.createTempDirectory("logged");
        Path picture = Files.write(directory.resolve("loss 1%.png"), RunGalleryTest.png(60));
        Path drawing = Files.writeString(directory.resolve("loss.svg"), "<svg/>");
        List<Map<String, Object>> points = new ArrayList<>();
        for (int step = 0; step < 500; step++) {
            points.add(Map.of("key", "train/loss", "value", 1.0 / (step + 1), "timestamp", 1000 + step, "step", step));
        }
        HttpRequest batch = HttpRequest.newBuilder(TestServers.mlflow().resolve("/api/2.0/mlflow/runs/log-batch"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Documents.toJson(Map.of("run_id", runId, "metrics", points))))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(batch, BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        try (MlflowServer server = MlflowServer.connect(new MlflowSettings(TestServers.mlflow(), null), null)) {
            server.uploadArtifacts(runId, picture, "plots/deep/loss 1%.png");
            server.uploadArtifacts(runId, drawing, "loss.svg");
        } finally {
            Files.delete(picture);
            Files.delete(drawing);
            Files.delete(directory);
        }
    }

    @Test
    void whatTheCodeLoggedIsKeptWithTheBuild() throws Exception {
        WorkflowRun build = build(
                Result.SUCCESS, "node { withMLflow('@EXP@') { " + getClass().getName() + ".log(env.MLFLOW_RUN_ID) } }");

        TrainingUse use = BuildLineage.of(build).facts().trainings().get(0);
        Path kept = BuildLineage.of(build).directory();
        assertThat(use.pictures()).hasSize(1);
        assertThat(use.pictures().get(0).name()).isEqualTo("plots/deep/loss 1%.png");
        assertThat(kept.resolve(use.pictures().get(0).file())).hasBinaryContent(RunGalleryTest.png(60));
        JsonNode loss = Documents.json()
                .readTree(kept.resolve(use.history()).toFile())
                .at("/models/0/curves")
                .path("train/loss by step");
        assertThat(loss.path("x")).hasSize(200);
        assertThat(loss.at("/x/199").asLong()).isEqualTo(499);
        jenkins.assertLogContains("Not kept with the build: loss.svg is no PNG", build);
    }

    @Test
    void recordingAgainChangesNothing() throws Exception {
        WorkflowRun build = build(Result.SUCCESS, "echo 'nothing'");
        FilePath workspace = jenkins.jenkins.getRootPath().child("workspace");
        workspace.mkdirs();
        WithMlflowStep step = new WithMlflowStep(mlflow.experiment());
        String tag = TrainingBegin.tag(build, "7");
        StartedTraining training =
                new TrainingBegin(build, "7", tag, step, TaskListener.NULL).begin(workspace, "", workspace.getRemote());
        Files.writeString(Path.of(training.place.model, "weights"), "w");
        Files.writeString(Path.of(training.place.metrics), "{\"accuracy\": 0.9}");
        FilePath kept = workspace.child("kept");
        workspace.child(training.place.root).copyRecursiveTo(kept);
        TrainingEnd end = new TrainingEnd(build, "7", training, TaskListener.NULL);
        end.record(step, workspace, "", 1_000_000);
        TrainingUse first = BuildLineage.of(build).facts().trainings().get(0);
        kept.copyRecursiveTo(workspace.child(training.place.root));
        workspace.child(training.place.root).child("lineage").mkdirs();
        end.record(step, workspace, "", 1_000_000);
        TrainingUse second = BuildLineage.of(build).facts().trainings().get(0);
        assertThat(second.record()).isEqualTo(first.record());
        assertThat(second.evaluation()).isEqualTo(first.evaluation());
        assertThat(ControllerLineage.store()
                        .dossier(Digest.parse(first.modelDigest()))
                        .records())
                .hasSize(2);
        assertThat(mlflow.only().status()).isEqualTo(RunStatus.FINISHED);
    }

    private WorkflowRun build(Result expected, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script.replace("@EXP@", mlflow.experiment()), false));
        return jenkins.assertBuildStatus(expected, job.scheduleBuild2(0));
    }
}
