package io.jenkins.plugins.mlops.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evaluation.ClusterEvaluation;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.gate.EvaluationRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mlops evaluate --backend kubernetes} as a process of its own, on a real cluster, with a real MLflow and a real S3 server. */
@Timeout(600)
class EvaluateOnClusterKubernetesIT {

    private static final String TRAIN = """
            import json, os, pathlib
            params = json.load(open(os.environ["MLOPS_PARAMS_FILE"]))
            pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text(str(params["mean"]))
            """;

    /** It tells what it sees, and takes its time. */
    private static final String EVALUATE = """
            import json, os, pathlib, time
            model = pathlib.Path(os.environ["MLOPS_MODEL_DIR"])
            mean = float((model / "mean.txt").read_text())
            print("files", sorted(file.name for file in model.iterdir()), flush=True)
            print("names", sorted(n for n in os.environ if n.split("_")[0] in ("AWS", "MLFLOW") or "KEY" in n), flush=True)
            for line in range(60):
                print("line", line, flush=True)
                time.sleep(0.1)
            files = sorted(pathlib.Path(os.environ["MLOPS_EVALUATION_DATASET_DIR"]).glob("*.txt"))
            error = sum(abs(float(f.read_text()) - mean) for f in files) / len(files)
            if os.environ.get("SPOIL"):
                (model / "more.txt").write_text("better")
            pathlib.Path(os.environ["MLOPS_METRICS_FILE"]).write_text(json.dumps({"error": error, "samples": len(files)}))
            """;

    private final String model = "mean-" + UUID.randomUUID();

    @TempDir
    Path directory;

    private TestClusterTraining cluster;

    @AfterEach
    void close() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void prepare() throws Exception {
        cluster = TestClusterTraining.open(directory, "resources: {cpu: 50m, memory: 256Mi}");
        cluster.write("training/train.py", TRAIN);
        cluster.write("training/train.yaml", "{name: mean, command: [python3, train.py], params: {mean: 0}}\n");
        cluster.write("code/evaluate.py", EVALUATE);
        cluster.write("holdout/c.txt", "2.5");
        cluster.put("holdout/c.txt");
        cluster.write("code/evaluate.yaml", """
                name: error
                command: [python3, evaluate.py]
                dataset: {from: "s3://%s/holdout"}
                image: "%s"
                resources: {gpus: 1, memory: 128Mi}
                queueDeadline: 5m
                deadline: 5m
                kubernetes: {grace: 3s}
                """.formatted(cluster.bucket(), TestCluster.image("python")));
        try (Git git =
                Git.init().setDirectory(directory.resolve("code").toFile()).call()) {
            git.add().addFilepattern(".").call();
            git.commit()
                    .setMessage("code")
                    .setAuthor("A", "a@example.org")
                    .setCommitter("A", "a@example.org")
                    .setSign(false)
                    .call();
        }
    }

    @Test
    void candidateAndChampionAreMeasuredInPodsAlsoWhenTheWatcherIsKilled() throws Exception {
        register(trained(1));
        String candidate = trained(2);
        Path directory = this.directory.resolve("eval");
        Process first = evaluate(directory, candidate, "--champion", champion());
        await(directory, 0);
        first.destroyForcibly().waitFor();
        Process second = cluster.mlops("train", "resume", directory.toString());
        await(directory, 1);
        second.destroyForcibly().waitFor();

        assertThat(cluster.mlops("train", "resume", directory.toString(), "--json")
                        .waitFor())
                .as(cluster.log("err"))
                .isZero();

        JsonNode result = Documents.json().readTree(cluster.log("out"));
        assertThat(result.at("/candidate/reused").asBoolean()).isFalse();
        assertThat(result.at("/champion/reused").asBoolean()).isFalse();
        EvaluationRecord better = EvaluationRecord.read(directory.resolve("candidate/evaluation.json"));
        EvaluationRecord champion = EvaluationRecord.read(directory.resolve("champion/evaluation.json"));
        assertThat(better.parsedMetrics().overall()).containsEntry("error", 0.5);
        assertThat(champion.parsedMetrics().overall()).containsEntry("error", 1.5);
        String image = TestCluster.image("python");
        assertThat(better.evaluator()).containsEntry("image", image.substring(image.indexOf("sha256:")));
        assertThat(champion.evaluator()).isEqualTo(better.evaluator());
        assertThat(better.evaluationSet().contentId())
                .isNotNull()
                .isEqualTo(champion.evaluationSet().contentId());
        List<String> printed = Files.readAllLines(logs(directory).get(0));
        assertThat(printed)
                .contains("files ['mean.txt']", "names []")
                .endsWith("line 59")
                .doesNotHaveDuplicates();
        cluster.assertNothingIsLeft();
        cluster.assertNoSecretIn(directory);

        Path again = this.directory.resolve("again");
        assertThat(evaluate(again, candidate, "--json", "--champion", champion())
                        .waitFor())
                .as(cluster.log("err"))
                .isZero();
        result = Documents.json().readTree(cluster.log("out"));
        assertThat(result.at("/candidate/reused").asBoolean()).isFalse();
        assertThat(result.at("/champion/reused").asBoolean()).isTrue();
        assertThat(cluster.mlops(
                                "gate",
                                "--rules",
                                cluster.write(
                                                "rules.yaml",
                                                "rules: [{metric: error, direction: lower, baseline: champion}]\n")
                                        .toString(),
                                "--metrics",
                                again.resolve("candidate/evaluation.json").toString(),
                                "--baseline",
                                again.resolve("champion/evaluation.json").toString())
                        .waitFor())
                .as(cluster.log("err"))
                .isZero();
    }

    @Test
    void anEvaluationThatChangesTheModelFails() throws Exception {
        String candidate = trained(2);
        cluster.write(
                "code/evaluate.yaml",
                Files.readString(this.directory.resolve("code/evaluate.yaml")) + "environment: {SPOIL: 1}\n");
        Path directory = this.directory.resolve("eval");

        assertThat(evaluate(directory, candidate).waitFor()).isEqualTo(1);

        assertThat(cluster.log("err")).contains("changed the model in MLOPS_MODEL_DIR", "more.txt");
        assertThat(directory.resolve("candidate")).doesNotExist();
        cluster.mlops("train", "why", directory.toString()).waitFor();
        assertThat(cluster.log("out")).contains("changed the model");
        cluster.assertNothingIsLeft();
    }

    private String trained(double mean) throws Exception {
        assertThat(cluster.mlops(
                                "train",
                                "--json",
                                "--param",
                                "mean=" + mean,
                                directory.resolve("training/train.yaml").toString())
                        .waitFor())
                .as(cluster.log("err"))
                .isZero();
        return Documents.json().readTree(cluster.log("out")).at("/run/id").asText();
    }

    private void register(String run) throws Exception {
        assertThat(cluster.mlops("model", "register", model, "--run", run, "--json")
                        .waitFor())
                .as(cluster.log("err"))
                .isZero();
    }

    private String champion() {
        return "models:/" + model + "/1";
    }

    private Process evaluate(Path into, String candidate, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "evaluate",
                directory.resolve("code/evaluate.yaml").toString(),
                "--backend",
                "kubernetes",
                "--run",
                candidate,
                "--run-dir",
                into.toString()));
        arguments.addAll(List.of(more));
        return cluster.mlops(arguments.toArray(new String[0]));
    }

    private void await(Path evaluation, int index) throws Exception {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        while (true) {
            if (ClusterEvaluation.isIn(evaluation)) {
                List<Path> logs = logs(evaluation);
                long begun = 0;
                for (Path log : logs) {
                    begun += Files.readAllLines(log).size() > 5 ? 1 : 0;
                }
                if (begun > index) {
                    return;
                }
            }
            assertThat(System.nanoTime()).as(cluster.log("err")).isLessThan(until);
            Thread.sleep(100);
        }
    }

    /** Of rank 0 of each model. */
    private static List<Path> logs(Path evaluation) throws Exception {
        List<Path> logs = new ArrayList<>();
        Path executions = evaluation.resolve("executions");
        if (Files.exists(executions)) {
            try (var all = Files.list(executions)) {
                all.map(place -> Execution.log(place, 0)).filter(Files::exists).forEach(logs::add);
            }
        }
        return logs;
    }
}
