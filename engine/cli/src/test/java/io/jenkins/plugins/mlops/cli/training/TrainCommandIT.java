package io.jenkins.plugins.mlops.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code mlops train} against a real MLflow and a real S3 server, with training code of Python's standard library. */
@Timeout(300)
class TrainCommandIT extends CommandFixture {

    /** Learns the mean of all numbers, and logs to MLflow by itself as training code does. */
    private static final String TRAIN = """
            import json, os, pathlib, time, urllib.request
            data = pathlib.Path(os.environ["MLOPS_DATASET_DIR"])
            numbers = [float(f.read_text()) for f in sorted(data.glob("*.txt"))]
            params = json.load(open(os.environ["MLOPS_PARAMS_FILE"]))
            body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "loss", "value": 0.25, "timestamp": int(time.time() * 1000), "step": 0}
            def post(call, body):
                urllib.request.urlopen(urllib.request.Request(
                    os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/" + call, json.dumps(body).encode(),
                    {"Content-Type": "application/json"}))
            post("log-metric", body)
            post("log-parameter", {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "lr", "value": str(params["lr"])})
            mean = sum(numbers) / len(numbers)
            if "MLOPS_PARENT_MODEL_DIR" in os.environ:
                mean = (mean + float(pathlib.Path(os.environ["MLOPS_PARENT_MODEL_DIR"], "mean.txt").read_text())) / 2
            pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text(str(mean))
            print("mean", mean, "AWS" if any(name.startswith("AWS_") for name in os.environ) else "clean", flush=True)
            post("update", {"run_id": os.environ["MLFLOW_RUN_ID"], "status": "FINISHED"})
            if params.get("wait"):
                time.sleep(300)
            """;

    private static final String EVALUATE = """
            import json, os, pathlib
            mean = float(pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").read_text())
            files = sorted(pathlib.Path(os.environ["MLOPS_EVALUATION_DATASET_DIR"]).glob("*.txt"))
            error = sum(abs(float(f.read_text()) - mean) for f in files) / len(files)
            metrics = pathlib.Path(os.environ["MLOPS_METRICS_FILE"])
            metrics.write_text(json.dumps({"error": error, "broken": float("nan"), "samples": len(files)}))
            metrics.with_name("samples.csv").write_text("file,error\\n")
            """;

    private MlflowServer server;
    private String commit;
    private String trainingSet;
    private String evaluationSet;

    @BeforeEach
    void prepare() throws Exception {
        server = MlflowServer.connect(new MlflowSettings(URI.create(MLFLOW), null), null);
        Files.writeString(code.resolve("train.py"), TRAIN);
        Files.writeString(code.resolve("evaluate.py"), EVALUATE);
        Files.writeString(code.resolve("train.yaml"), """
                name: mean
                experiment: %s
                command: [python3, train.py]
                params: {lr: 1e-5}
                seed: 3
                evaluation: {command: [python3, evaluate.py]}
                """.formatted(bucket));
        commit = commit("code");
        trainingSet = publish("train", "1", "2", "6");
        evaluationSet = publish("eval", "3", "5");
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aModelIsTrainedMeasuredAndRecorded() throws Exception {
        assertThat(train()).as(text(err)).isZero();
        JsonNode result = json();
        Path model = Path.of(result.at("/model/directory").asText());
        assertThat(Files.readString(model.resolve("mean.txt"))).isEqualTo("3.0");
        String digest = ModelFiles.of(model).digest().toString();
        assertThat(result.at("/model/digest").asText()).isEqualTo(digest);
        assertThat(result.at("/commit").asText()).isEqualTo(commit);
        assertThat(result.at("/run/status").asText()).isEqualTo("FINISHED");

        TrackedRun run = server.run(result.at("/run/id").asText()).orElseThrow();
        assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(run.params()).containsEntry("lr", "1e-05").containsEntry("seed", "3");
        assertThat(run.metrics()).containsEntry("loss", 0.25).containsEntry("eval/error", 1.0);
        assertThat(run.metrics()).doesNotContainKey("eval/broken");
        assertThat(run.tags())
                .containsEntry("mlops.model.digest", digest)
                .containsEntry("mlops.commit", commit)
                .containsEntry(
                        "mlops.dataset.training",
                        result.at("/datasets/training/version").asText())
                .containsEntry("mlops.lineage", result.at("/lineage/digest").asText())
                .containsKeys("mlops.environment", "mlops.evaluation", "mlops.dataset.evaluation", "mlops.run");
        Path downloaded = directory.resolve("downloaded");
        server.downloadArtifacts(run.runId(), "model", downloaded);
        assertThat(ModelFiles.of(downloaded).digest().toString()).isEqualTo(digest);
        assertThat(server.listArtifacts(run.runId(), "evaluation"))
                .contains("evaluation.json", "metrics.json", "samples.csv");
        assertThat(server.listArtifacts(run.runId(), "lineage"))
                .contains("provenance.json", "evaluation.json", "environment.json");
        assertThat(Digest.of(Path.of(result.at("/lineage/record").asText())).toString())
                .isEqualTo(result.at("/lineage/digest").asText());
        assertThat(text(err)).contains("  | mean 3.0 clean").contains("metric broken is NaN");
        assertNoSecret();
    }

    @Test
    void aModelIsFineTunedFromARegisteredOne() throws Exception {
        assertThat(train()).as(text(err)).isZero();
        JsonNode first = json();
        server.createVersion(
                bucket,
                server.run(first.at("/run/id").asText()).orElseThrow().artifactUri() + "/model",
                first.at("/run/id").asText(),
                Map.of("mlops.model.digest", first.at("/model/digest").asText()));
        server.setAlias(bucket, "champion", 1);
        trainingSet = publish("train", "9");
        assertThat(train("--parent", "models:/" + bucket + "@champion"))
                .as(text(err))
                .isZero();
        JsonNode second = json();
        assertThat(Files.readString(Path.of(second.at("/model/directory").asText(), "mean.txt")))
                .isEqualTo("6.0");
        assertThat(server.run(second.at("/run/id").asText()).orElseThrow().tags())
                .containsEntry("mlops.parent", "models:/" + bucket + "/1")
                .containsEntry("mlops.parent.digest", first.at("/model/digest").asText());
    }

    @Test
    void anInterruptedTrainingIsKilledThoughItsCodeCalledItFinished() throws Exception {
        int[] code = new int[1];
        Thread training = new Thread(() -> code[0] = train("--param", "wait=true"));
        training.start();
        while (!text(err).contains("  | mean")) {
            Thread.sleep(50);
        }
        training.interrupt();
        training.join();
        assertThat(code[0]).isEqualTo(130);
        assertThat(json().at("/error/kind").asText()).isEqualTo("interrupted");
        String id = runId();
        assertThat(server.run(id).orElseThrow().status()).isEqualTo(RunStatus.KILLED);
        assertThat(server.run(id).orElseThrow().tags()).doesNotContainKey("mlops.model.digest");
        assertThat(server.listArtifacts(id, "model")).isEmpty();
    }

    @Test
    void aServerOutOfReachIsToldBeforeAnythingIsMade() throws Exception {
        Path run = directory.resolve("run");
        assertThat(train("--tracking-uri", "http://127.0.0.1:9", "--run-dir", run.toString()))
                .isEqualTo(5);
        assertThat(run).doesNotExist();
    }

    private String runId() {
        String text = text(err);
        int at = text.indexOf("/runs/") + "/runs/".length();
        return text.substring(at, at + 32);
    }

    private int train(String... more) {
        Stream<String> given = Stream.of(
                "train",
                directory.resolve("code/train.yaml").toString(),
                "--dataset",
                "training=" + trainingSet,
                "--dataset",
                "evaluation=" + evaluationSet);
        return execute(Stream.concat(given, Stream.of(more)).toArray(String[]::new));
    }

    private void assertNoSecret() throws Exception {
        String secret = System.getenv("MLOPS_TEST_S3_SECRET_KEY");
        assertThat(text(out) + text(err)).doesNotContain(secret);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(secret);
            }
        }
    }
}
