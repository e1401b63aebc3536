package io.jenkins.plugins.mlops.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.cli.training.TestBucket;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.gate.EvaluationRecord;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mlops evaluate} against a real MLflow and a real S3 server: from two trainings to a promotion. */
@Timeout(300)
class EvaluateCommandIT {

    private static final String MLFLOW = System.getenv("MLOPS_TEST_MLFLOW");
    private static final String S3 = System.getenv("MLOPS_TEST_S3");

    /** The model is one number. */
    private static final String TRAIN = """
            import json, os, pathlib
            params = json.load(open(os.environ["MLOPS_PARAMS_FILE"]))
            pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text(str(params["mean"]))
            """;

    /** Right is what is near enough; writes down what it was given, too. */
    private static final String EVALUATE = """
            import json, os, pathlib, sys
            mean = float(pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").read_text())
            if mean > 90:
                sys.exit("no such mean")
            files = sorted(pathlib.Path(os.environ["MLOPS_EVALUATION_DATASET_DIR"]).glob("*.txt"))
            right = {f.name: int(abs(float(f.read_text()) - mean) < 3) for f in files}
            metrics = pathlib.Path(os.environ["MLOPS_METRICS_FILE"])
            metrics.write_text(json.dumps({"accuracy": sum(right.values()) / len(right), "samples": len(right),
                                           "samples_file": "samples.jsonl"}))
            with open(metrics.with_name("samples.jsonl"), "w") as out:
                for name, value in right.items():
                    out.write(json.dumps({"sample": name, "metrics": {"accuracy": value}}) + "\\n")
            print(json.dumps(sorted(name for name in os.environ if name.split("_")[0] in ("AWS", "MLFLOW", "MLOPS"))))
            print("given", os.environ["MLOPS_MODEL_DIR"], os.environ["MLOPS_OUTPUT_DIR"])
            """;

    private static final String RULES = """
            evaluator: exact
            rules:
              - {metric: accuracy, direction: higher, baseline: champion, without_baseline: pass, confidence: 0.95}
            """;

    @TempDir
    Path directory;

    private final String bucket = "evaluate-" + UUID.randomUUID();
    private final String model = "means-" + UUID.randomUUID();
    private final Map<String, String> more = new TreeMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private MlflowServer server;
    private String set;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(MLFLOW != null && S3 != null, "MLOPS_TEST_MLFLOW and MLOPS_TEST_S3 name no servers");
        server = MlflowServer.connect(new MlflowSettings(URI.create(MLFLOW), null), null);
        TestBucket.make(
                S3, bucket, System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"));
        repository("training", Map.of("train.py", TRAIN, "train.yaml", """
                name: mean
                experiment: %s
                command: [python3, train.py]
                params: {mean: 0}
                """.formatted(bucket)));
        repository("evaluation", Map.of("evaluate.py", EVALUATE, "evaluate.yaml", """
                name: accuracy
                experiment: %s-evaluations
                command: [python3, evaluate.py]
                """.formatted(bucket)));
        Files.writeString(directory.resolve("rules.yaml"), RULES);
        set = publish("eval", 40);
        publish("train", 2);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private void repository(String name, Map<String, String> files) throws Exception {
        Path code = Files.createDirectories(directory.resolve(name));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(code.resolve(file.getKey()), file.getValue());
        }
        try (Git git = Git.init().setDirectory(code.toFile()).call()) {
            git.add().addFilepattern(".").call();
            git.commit()
                    .setMessage("code")
                    .setAuthor("A", "a@example.org")
                    .setCommitter("A", "a@example.org")
                    .setSign(false)
                    .call();
        }
    }

    /** Samples 0 to 9, over and over. */
    private String publish(String name, int files) throws Exception {
        Path data = Files.createTempDirectory(directory, name);
        for (int i = 0; i < files; i++) {
            Files.writeString(data.resolve(i + ".txt"), String.valueOf(i % 10));
        }
        run(0, "dataset", "publish", data.toString(), "--name", name, "--to", "s3://" + bucket + "/sets");
        String manifest = json().at("/manifest").asText();
        Files.writeString(directory.resolve(name + ".manifest"), manifest);
        return manifest;
    }

    private String trained(double mean) throws Exception {
        run(
                0,
                "train",
                directory.resolve("training/train.yaml").toString(),
                "--dataset",
                "training=" + Files.readString(directory.resolve("train.manifest")),
                "--param",
                "mean=" + mean);
        return json().at("/run/id").asText();
    }

    private JsonNode evaluated(String directoryName, String... arguments) throws Exception {
        evaluate(0, directoryName, arguments);
        return json();
    }

    private void evaluate(int exit, String directoryName, String... arguments) throws Exception {
        run(
                exit,
                Stream.concat(
                                Stream.of(
                                        "evaluate",
                                        directory
                                                .resolve("evaluation/evaluate.yaml")
                                                .toString(),
                                        "--dataset",
                                        set,
                                        "--run-dir",
                                        directoryName),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private void promoted(String run, String evaluation) throws Exception {
        run(0, "model", "register", model, "--run", run);
        String version = json().at("/version").asText();
        run(
                0,
                "model",
                "promote",
                model,
                "--version",
                version,
                "--gate-report",
                directory.resolve(evaluation + "/gate/gate.json").toString());
    }

    private void gate(int exit, String evaluation, String... arguments) throws Exception {
        run(
                exit,
                Stream.concat(
                                Stream.of(
                                        "gate",
                                        "--rules",
                                        "rules.yaml",
                                        "--metrics",
                                        evaluation + "/candidate/evaluation.json",
                                        "--report-dir",
                                        evaluation + "/gate"),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    @Test
    void candidateAndChampionAreMeasuredAlikeAndTheBetterOneIsPromoted() throws Exception {
        String firstRun = trained(-1.0);
        JsonNode first = evaluated("one", "--run", firstRun, "--champion", "models:/" + model + "@champion");
        assertThat(first.has("champion")).isFalse();
        assertThat(first.at("/notes").toString()).contains("There is no models:/" + model + "@champion yet");
        gate(0, "one", "--model", model, "--run", firstRun);
        promoted(firstRun, "one");

        String secondRun = trained(4.5);
        JsonNode second = evaluated("two", "--run", secondRun, "--champion", "models:/" + model + "@champion");
        assertThat(second.at("/champion/reused").asBoolean()).isTrue();
        assertThat(second.at("/champion/run").asText())
                .isEqualTo(first.at("/candidate/run").asText());
        gate(0, "two", "--baseline", "two/champion/evaluation.json", "--run", secondRun);
        gate(3, "two", "--baseline", "two/champion/evaluation.json", "--run", firstRun);
        gate(
                3,
                "two",
                "--baseline",
                "two/champion/evaluation.json",
                "--evaluation-set",
                Digest.of("other").toString());
        gate(
                0,
                "two",
                "--baseline",
                "two/champion/evaluation.json",
                "--evaluation-set",
                second.at("/evaluationSet/contentId").asText());
        promoted(secondRun, "two");
        assertThat(server.byAlias(model, "champion").orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void theRecordIsInMlflowAndInTheLineage() throws Exception {
        String run = trained(1.0);
        JsonNode result = evaluated("one", "--run", run);
        TrackedRun evaluation = server.run(result.at("/candidate/run").asText()).orElseThrow();
        String digest = result.at("/candidate/evaluationDigest").asText();
        assertThat(evaluation.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(evaluation.metrics()).containsEntry("eval/accuracy", 0.4);
        assertThat(evaluation.tags())
                .containsEntry("mlops.evaluation", digest)
                .containsEntry("mlops.evaluated.run", run)
                .containsEntry(
                        "mlops.evaluated.model", result.at("/candidate/digest").asText());
        assertThat(server.listArtifacts(evaluation.runId(), ""))
                .contains("evaluation/evaluation.json", "evaluation/samples.jsonl", "lineage/evaluation.json");
        assertThat(server.run(run).orElseThrow().tags())
                .containsEntry("mlops.evaluated.by." + Digest.parse(digest).hex(), evaluation.runId());
        EvaluationRecord record =
                EvaluationRecord.read(Path.of(result.at("/candidate/evaluation").asText()));
        assertThat(record.model().toString())
                .isEqualTo(server.run(run).orElseThrow().tags().get("mlops.model.digest"));
        assertThat(record.evaluator()).containsKeys("command", "commit", "environment");
        assertThat(record.samplesDigest()).isNotNull();
        run(0, "lineage", "show", record.model().toString());
        assertThat(text(out)).contains(Digest.parse(digest).hex());
    }

    @Test
    void theCommandSeesNoCredentialsAndNotWhoIsWho() throws Exception {
        more.put("MLOPS_EVALUATION_ACCESS_KEY_ID", System.getenv("MLOPS_TEST_S3_ACCESS_KEY"));
        more.put("MLOPS_EVALUATION_SECRET_ACCESS_KEY", System.getenv("MLOPS_TEST_S3_SECRET_KEY"));
        String run = trained(1.0);
        more.put("AWS_ACCESS_KEY_ID", "not-allowed-to-read-the-evaluation-set");
        more.put("AWS_SECRET_ACCESS_KEY", "not-allowed");
        more.put("MLFLOW_TRACKING_TOKEN", "no-secret-but-not-for-the-evaluator");
        evaluate(0, "one", "--run", run);
        assertThat(text(err))
                .contains("  | [\"MLOPS_EVALUATION_DATASET_DIR\", \"MLOPS_GRACE_SECONDS\", \"MLOPS_METRICS_FILE\","
                        + " \"MLOPS_MODEL_DIR\", \"MLOPS_OUTPUT_DIR\", \"MLOPS_PARAMS_FILE\", \"MLOPS_PROCESS_MARK\"]");
        String given = text(err)
                .lines()
                .filter(line -> line.startsWith("  | given"))
                .findFirst()
                .orElseThrow();
        assertThat(given).doesNotContain("candidate").doesNotContain("champion");
        more.remove("MLOPS_EVALUATION_ACCESS_KEY_ID");
        evaluate(2, "two", "--run", run);
        assertThat(text(err)).contains("only one is set: set both or none");
        more.remove("MLOPS_EVALUATION_SECRET_ACCESS_KEY");
        evaluate(4, "two", "--run", run);
    }

    @Test
    void aResultOfBeforeIsUsedOnlyWhereModelSetAndEvaluatorAreTheSame() throws Exception {
        String firstRun = trained(1.0);
        evaluate(0, "one", "--run", firstRun, "--seed", "1");
        String measured = json().at("/candidate/run").asText();
        run(0, "model", "register", model, "--run", firstRun);
        String champion = "models:/" + model + "/1";
        String secondRun = trained(4.0);
        assertThat(champion("two", secondRun, champion, "--seed", "1").asText()).isEqualTo(measured);
        String forced =
                champion("three", secondRun, champion, "--seed", "1", "--force").asText();
        assertThat(forced).isNotEqualTo(measured);
        assertThat(champion("four", secondRun, champion, "--seed", "2").asText())
                .isNotIn(measured, forced);

        // the newest one is looked at first; a tampered one is passed over
        Path tampered = Files.writeString(directory.resolve("samples.jsonl"), "{}");
        server.uploadArtifacts(forced, tampered, "evaluation/samples.jsonl");
        assertThat(champion("five", secondRun, champion, "--seed", "1").asText())
                .isEqualTo(measured);
        assertThat(text(err)).contains("The evaluation in run " + forced + " is not used: ");

        Files.writeString(directory.resolve("evaluation/evaluate.py"), EVALUATE + "\n");
        assertThat(champion("six", secondRun, champion, "--seed", "1").asText()).isNotIn(measured, forced);
        assertThat(text(err)).contains("its work tree differed from its commit: no result of before is used");
    }

    private JsonNode champion(String name, String run, String champion, String... arguments) throws Exception {
        return evaluated(
                        name,
                        Stream.concat(Stream.of("--run", run, "--champion", champion), Stream.of(arguments))
                                .toArray(String[]::new))
                .at("/champion/run");
    }

    @Test
    void aCommandThatFailsLeavesNoRecord() throws Exception {
        evaluate(1, "one", "--run", trained(99));
        assertThat(text(out)).contains("The evaluation command for runs:/", "exit code 1", "no such mean");
        assertThat(directory.resolve("one/candidate")).doesNotExist();
        String text = text(err);
        int at = text.lastIndexOf("/runs/") + "/runs/".length();
        TrackedRun failed = server.run(text.substring(at, at + 32)).orElseThrow();
        assertThat(failed.status()).isEqualTo(RunStatus.FAILED);
        assertThat(failed.tags()).doesNotContainKey("mlops.evaluation");
    }

    private void run(int exit, String... arguments) {
        out.reset();
        Map<String, String> environment = new TreeMap<>(Map.of(
                "PATH", System.getenv("PATH"),
                "HOME", directory.toString(),
                "MLFLOW_TRACKING_URI", MLFLOW,
                "AWS_ENDPOINT_URL_S3", S3,
                "AWS_ACCESS_KEY_ID", System.getenv("MLOPS_TEST_S3_ACCESS_KEY"),
                "AWS_SECRET_ACCESS_KEY", System.getenv("MLOPS_TEST_S3_SECRET_KEY")));
        environment.putAll(more);
        Host host = new Host(
                environment,
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        int code = MlopsCommand.commandLine(host)
                .execute(Stream.concat(List.of(arguments).stream(), Stream.of("--json"))
                        .toArray(String[]::new));
        assertThat(code).as(text(out) + text(err)).isEqualTo(exit);
    }

    private JsonNode json() throws Exception {
        return Documents.json().readTree(text(out));
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
