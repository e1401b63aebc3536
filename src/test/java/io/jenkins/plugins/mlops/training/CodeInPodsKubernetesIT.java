package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunArtifact;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import io.jenkins.plugins.mlops.security.SecretSearch;
import io.jenkins.plugins.mlops.training.ClusterController.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What goes from a pipeline to code in pods, and what that code logs to MLflow and is kept with the build. */
class CodeInPodsKubernetesIT extends ClusterTrainingFixture {

    private static final int LARGEST = 16 * 1024 * 1024;

    @Override
    String jenkinsfile() {
        return """
                node { checkout scm }
                withCredentials([string(credentialsId: 'labels', variable: 'TOKEN')]) {
                    trainModel spec: 'code/train.yaml', params: [lines: 3, token: TOKEN], sensitive: ['token']
                }
                """;
    }

    @Test
    void whatIsSensitiveIsInTheSecretOfThePodsAlone() throws Throwable {
        String planted = "planted-" + UUID.randomUUID();
        SecretSearch search = new SecretSearch(Map.of("the parameter", planted));
        write("code/train.py", """
                import json, os, pathlib, time
                assert "token" not in json.load(open(os.environ["MLOPS_PARAMS_FILE"]))
                print("told", os.environ["MLOPS_SECRET_TOKEN"], flush=True)
                print("length", len(os.environ["MLOPS_SECRET_TOKEN"]), flush=True)
                time.sleep(15)
                pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text("1.5")
                """);
        write("code/evaluate.py", "import os\nassert \"MLOPS_SECRET_TOKEN\" not in os.environ\n" + EVALUATE);
        jenkins.runRemotely(ClusterController::secretText, "labels", planted);
        begin();
        await("train", "length " + planted.length());

        KubernetesClient cluster = namespace.admin();
        List<HasMetadata> objects = new ArrayList<>();
        objects.addAll(cluster.pods().inNamespace(namespace.name()).list().getItems());
        objects.addAll(
                cluster.batch().v1().jobs().inNamespace(namespace.name()).list().getItems());
        objects.addAll(cluster.configMaps().inNamespace(namespace.name()).list().getItems());
        objects.addAll(cluster.services().inNamespace(namespace.name()).list().getItems());
        objects.addAll(
                cluster.v1().events().inNamespace(namespace.name()).list().getItems());
        assertThat(objects).anyMatch(object -> object.getKind().equals("Pod"));
        for (HasMetadata object : objects) {
            assertThat(search.in(Serialization.asYaml(object)))
                    .as(object.getKind() + " " + object.getMetadata().getName())
                    .isEmpty();
        }
        assertThat(cluster.secrets().inNamespace(namespace.name()).list().getItems())
                .as("it is where the code gets it from")
                .filteredOn(secret -> holds(secret, planted))
                .hasSize(1);
        assertThat(search.below(jenkins.getHome().toPath())).as("while it runs").isEmpty();

        Outcome outcome = success("train");

        assertThat(outcome.log()).contains("told ****").doesNotContain(planted);
        assertNothingIsLeft();
        assertThat(search.below(jenkins.getHome().toPath())).as("after it").isEmpty();
        try (MlflowServer server = MlflowServer.connect(new MlflowSettings(mlflow, null), null)) {
            TrackedRun run = server.run(outcome.training().runId()).orElseThrow();
            assertThat(search.in(run.toString())).isEmpty();
            for (RunArtifact file : server.someArtifacts(run, 1000)) {
                byte[] bytes = server.readArtifact(run, file.path(), LARGEST, 1, head -> true)
                        .orElseThrow();
                assertThat(search.in(bytes)).as(file.path()).isEmpty();
            }
        }
        try (ObjectStore store = store()) {
            for (StoredObject object : store.after(new S3Uri(bucket, ""), "", 1000)) {
                assertThat(search.in(store.read(object.location(), LARGEST)))
                        .as(object.location().toString())
                        .isEmpty();
            }
        }
    }

    private static boolean holds(Secret secret, String value) {
        return secret.getData() != null
                && secret.getData().values().stream()
                        .anyMatch(data -> new String(Base64.getDecoder().decode(data)).contains(value));
    }

    @Test
    void picturesAndHistoriesOfARunInAPodAreKeptWithTheBuild() throws Throwable {
        byte[] picture = RunGalleryTest.png(60);
        write("Jenkinsfile", "node { checkout scm }\ntrainModel spec: 'code/train.yaml'\n");
        write("code/train.py", """
                import base64, json, os, pathlib, urllib.request
                uri, run = os.environ["MLFLOW_TRACKING_URI"], os.environ["MLFLOW_RUN_ID"]
                def call(path, body=None, method=None, kind="application/json"):
                    request = urllib.request.Request(uri + path, body, {"Content-Type": kind}, method=method)
                    return urllib.request.urlopen(request).read()
                points = [{"key": "train/loss", "value": 1 / (step + 1), "timestamp": step, "step": step} for step in range(500)]
                call("/api/2.0/mlflow/runs/log-batch", json.dumps({"run_id": run, "metrics": points}).encode())
                root = json.loads(call("/api/2.0/mlflow/runs/get?run_id=" + run))["run"]["info"]["artifact_uri"]
                place = "/api/2.0/mlflow-artifacts/artifacts/" + root.split(":/", 1)[1].lstrip("/")
                call(place + "/plots/loss.png", base64.b64decode("%s"), "PUT", "image/png")
                call(place + "/plots/loss.svg", b"<svg onload='alert(1)'/>", "PUT", "image/svg+xml")
                pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text("1.5")
                """.formatted(Base64.getEncoder().encodeToString(picture)));
        begin();
        Outcome outcome = success("train");

        assertThat(outcome.log()).contains("Not kept with the build: plots/loss.svg is no PNG");
        Path kept = Path.of(outcome.rootDirectory()).resolve("mlops");
        JsonNode use =
                Documents.json().readTree(kept.resolve("facts.json").toFile()).at("/trainings/0");
        assertThat(use.at("/pictures/0/name").asText()).isEqualTo("plots/loss.png");
        assertThat(use.path("pictures")).hasSize(1);
        assertThat(kept.resolve(use.at("/pictures/0/file").asText())).hasBinaryContent(picture);
        JsonNode loss = Documents.json()
                .readTree(kept.resolve(use.path("history").asText()).toFile())
                .at("/models/0/curves")
                .path("train/loss by step");
        assertThat(loss.path("x")).hasSize(200);
        assertThat(loss.at("/x/199").asLong()).isEqualTo(499);
        assertNothingIsLeft();
    }
}
