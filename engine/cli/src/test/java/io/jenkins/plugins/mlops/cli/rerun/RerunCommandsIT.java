package io.jenkins.plugins.mlops.cli.rerun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.training.CommandFixture;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.dvc.TestDvc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code mlops retrain} and {@code mlops reproduce} against a real MLflow, a real S3 server and a real Git repository. */
@Timeout(300)
class RerunCommandsIT extends CommandFixture {

    /** Its result depends on the data, the parameters, the seed, and on a file beside the repository that no record knows. */
    private static final String TRAIN = """
            import json, os, pathlib, random
            random.seed(int(os.environ["MLOPS_SEED"]))
            numbers = [float(f.read_text()) for f in sorted(pathlib.Path(os.environ["MLOPS_DATASET_DIR"]).glob("*.txt"))]
            params = json.load(open(os.environ["MLOPS_PARAMS_FILE"]))
            drift = pathlib.Path(os.environ["HOME"], "drift")
            mean = sum(numbers) / len(numbers) + params["bias"] + random.random() * params["noise"]
            mean += float(drift.read_text()) if drift.exists() else 0
            pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text(repr(mean))
            """;

    private static final String EVALUATE = """
            import json, os, pathlib
            mean = float(pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").read_text())
            files = sorted(pathlib.Path(os.environ["MLOPS_EVALUATION_DATASET_DIR"]).glob("*.txt"))
            error = sum(abs(float(f.read_text()) - mean) for f in files) / len(files)
            pathlib.Path(os.environ["MLOPS_METRICS_FILE"]).write_text(json.dumps({"error": error, "files": len(files)}))
            """;

    private String trainingSet;
    private String evaluationSet;
    private String firstCommit;
    private JsonNode first;

    @BeforeEach
    void trainOnce() throws Exception {
        Files.writeString(code.resolve("train.py"), TRAIN);
        Files.writeString(code.resolve("evaluate.py"), EVALUATE);
        Files.createDirectory(code.resolve("jobs"));
        Files.writeString(code.resolve("jobs/train.yaml"), """
                name: mean
                experiment: %s
                directory: ..
                command: [python3, train.py]
                params: {bias: 1, noise: 10.0}
                seed: 3
                evaluation: {command: [python3, evaluate.py]}
                """.formatted(bucket));
        firstCommit = commit("first");
        trainingSet = publish("train", "1", "2", "6");
        evaluationSet = publish("eval", "3", "5");
        assertThat(train("--param", "bias=2", "--seed", "11")).as(text(err)).isZero();
        first = json();
    }

    @Test
    void aTrainingIsReproducedFromItsRecordWhateverTheWorkTreeHoldsNow() throws Exception {
        Files.writeString(code.resolve("train.py"), "raise SystemExit(\"another program\")");
        commit("second");
        Files.writeString(code.resolve("jobs/train.yaml"), "name: changed");

        assertThat(rerun("reproduce", model(first))).as(text(err)).isZero();
        JsonNode repeated = json();
        assertThat(repeated.at("/comparison/kind").asText()).isEqualTo("reproduce");
        assertThat(repeated.at("/comparison/verdict").asText()).isEqualTo("agrees");
        assertThat(repeated.at("/comparison/sameModel").asBoolean()).isTrue();
        assertThat(repeated.at("/training/model/digest").asText()).isEqualTo(model(first));
        assertThat(repeated.at("/training/commit").asText()).isEqualTo(firstCommit);
        JsonNode record = Documents.json()
                .readTree(Path.of(repeated.at("/training/lineage/record").asText())
                        .toFile());
        assertThat(record.at("/predicate/buildDefinition/externalParameters/params/bias")
                        .asInt())
                .isEqualTo(2);
        assertThat(record.at("/predicate/buildDefinition/externalParameters/seed")
                        .asInt())
                .isEqualTo(11);
        assertThat(record.at("/predicate/buildDefinition/internalParameters/repeats/record")
                        .asText())
                .isEqualTo(first.at("/lineage/digest").asText());
        assertThat(directory.resolve(".mlops/code")).isEmptyDirectory();
    }

    @Test
    void metricsThatDoNotAgreeAreToldByTheExitCodeAndTheTolerancesDecide() throws Exception {
        Files.writeString(directory.resolve("drift"), "0.5");
        assertThat(rerun("reproduce", model(first))).as(text(err)).isEqualTo(3);
        JsonNode repeated = json();
        assertThat(repeated.at("/comparison/verdict").asText()).isEqualTo("differs");
        assertThat(repeated.at("/comparison/metrics/0/name").asText()).isEqualTo("error");
        assertThat(repeated.at("/comparison/metrics/0/agrees").asBoolean()).isFalse();
        assertThat(repeated.at("/comparison/metrics/1/agrees").asBoolean()).isTrue();

        String other = repeated.at("/training/lineage/digest").asText();
        String original = first.at("/lineage/digest").asText();
        assertThat(execute("reproduce", original, "--compare", other)).isEqualTo(3);
        assertThat(execute("reproduce", original, "--compare", other, "--tolerance", "error=0.6"))
                .isZero();
        assertThat(execute("reproduce", original, "--compare", other, "--tolerance", "90%"))
                .isZero();
        assertThat(execute("reproduce", original, "--compare", other, "--tolerance", "much"))
                .isEqualTo(2);
    }

    @Test
    void theNewestDatasetIsTrainedWithTheSameCommitParametersAndSeed() throws Exception {
        Files.writeString(code.resolve("train.py"), "raise SystemExit(\"another program\")");
        commit("second");
        publishLater("train", "1", "2", "6", "11");
        assertThat(rerun("retrain", model(first), "--newest", "dataset", "--plan"))
                .as(text(out))
                .isZero();
        JsonNode plan = json();
        assertThat(plan.at("/commit").asText()).isEqualTo(firstCommit);

        assertThat(rerun("retrain", model(first), "--newest", "dataset"))
                .as(text(err))
                .isZero();
        JsonNode second = json();
        assertThat(second.at("/comparison/kind").asText()).isEqualTo("retrain-data");
        assertThat(second.at("/training/datasets/training/version").asText())
                .isEqualTo(plan.at("/training/content").asText())
                .isNotEqualTo(first.at("/datasets/training/version").asText());
        assertThat(second.at("/training/datasets/evaluation/version").asText())
                .isEqualTo(first.at("/datasets/evaluation/version").asText());
        double before = Double.parseDouble(
                Files.readString(Path.of(first.at("/model/directory").asText(), "mean.txt")));
        double now = Double.parseDouble(
                Files.readString(Path.of(second.at("/training/model/directory").asText(), "mean.txt")));
        assertThat(now - before).isCloseTo(2, Offset.offset(1e-9));
    }

    @Test
    void theNewestCommitIsTrainedOnTheSameDataset() throws Exception {
        publish("train", "100");
        Files.writeString(code.resolve("train.py"), TRAIN.replace("sum(numbers) / len(numbers)", "max(numbers)"));
        String second = commit("second");
        assertThat(rerun("retrain", model(first), "--newest", "commit"))
                .as(text(err))
                .isZero();
        assertThat(json().at("/training/commit").asText()).isEqualTo(second);
        assertThat(json().at("/comparison/kind").asText()).isEqualTo("retrain-commit");
        assertThat(json().at("/training/datasets/training/version").asText())
                .isEqualTo(first.at("/datasets/training/version").asText());
    }

    /** The datasets of the original are those that its commit names; the clone has gone on to others since. */
    @Test
    void outputsOfDvcAreFoundAtTheirCommitInTheClone() throws Exception {
        String dvc3 = System.getenv("MLOPS_TEST_DVC3");
        assumeTrue(dvc3 != null, "no DVC 3: MLOPS_TEST_DVC3 is not set");
        TestDvc dvc = new TestDvc(
                code,
                "",
                dvc3,
                Map.of(
                        "AWS_ACCESS_KEY_ID", System.getenv("MLOPS_TEST_S3_ACCESS_KEY"),
                        "AWS_SECRET_ACCESS_KEY", System.getenv("MLOPS_TEST_S3_SECRET_KEY"),
                        "AWS_DEFAULT_REGION", "us-east-1"));
        dvc.remote("store", "s3://" + bucket + "/dvc", S3);
        dvc.write("sets/train/0.txt", "1");
        dvc.write("sets/train/1.txt", "2");
        dvc.write("sets/eval/0.txt", "3");
        dvc.dvc("add", "-q", "sets/train", "sets/eval");
        dvc.dvc("push", "-q");
        Path specification = code.resolve("jobs/train.yaml");
        Files.writeString(
                specification,
                Files.readString(specification).replace("evaluate.py]}", "evaluate.py], dataset: {dvc: ../sets/eval}}")
                        + "datasets: {training: {dvc: sets/train, repo: ..}}\n");
        String tracked = commit("tracked");
        assertThat(execute("train", "code/jobs/train.yaml")).as(text(err)).isZero();
        JsonNode original = json();
        String record = original.at("/lineage/digest").asText();
        String version = original.at("/datasets/training/version").asText();
        dvc.write("sets/train/2.txt", "30");
        dvc.dvc("add", "-q", "sets/train");
        dvc.dvc("push", "-q");
        String later = commit("more data");

        assertThat(rerun("reproduce", record)).as(text(err)).isZero();
        assertThat(json().at("/comparison/sameModel").asBoolean()).isTrue();
        assertThat(json().at("/training/commit").asText()).isEqualTo(tracked);

        assertThat(rerun("retrain", record, "--newest", "commit")).as(text(err)).isZero();
        assertThat(json().at("/training/commit").asText()).isEqualTo(later);
        assertThat(json().at("/training/datasets/training/version").asText()).isEqualTo(version);

        assertThat(rerun("retrain", record, "--newest", "dataset"))
                .as(text(err))
                .isZero();
        assertThat(json().at("/training/commit").asText()).isEqualTo(tracked);
        assertThat(json().at("/plan/training/reference/rev").asText()).isEqualTo(later);
        assertThat(json().at("/training/datasets/training/version").asText()).isNotEqualTo(version);

        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Git.init().setDirectory(elsewhere.toFile()).call().close();
        assertThat(execute("reproduce", record, "--repo", "elsewhere", "--plan"))
                .isEqualTo(4);
        assertThat(error()).contains("is not there any more", tracked);
    }

    @Test
    void whatCannotBeDoneAgainIsRefusedInOneSentenceBeforeAnythingIsMade() throws Exception {
        Files.writeString(code.resolve("evaluate.py"), EVALUATE + "\n# changed\n");
        assertThat(train()).as(text(err)).isZero();
        String changed = json().at("/lineage/digest").asText();
        assertThat(rerun("reproduce", changed)).isEqualTo(4);
        assertThat(error()).contains("its code is in no commit", "evaluate.py");

        assertThat(execute("reproduce", model(first), "--repo", code.toString()))
                .isEqualTo(2);
        assertThat(error()).contains("--spec");

        Files.writeString(code.resolve("jobs/other.yaml"), "name: other\ncommand: [python3, other.py]\n");
        commit("another specification");
        assertThat(rerun("reproduce", model(first), "--spec", "code/jobs/other.yaml"))
                .isNotZero();

        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Git.init().setDirectory(elsewhere.toFile()).call().close();
        assertThat(execute("reproduce", model(first), "--repo", "elsewhere", "--spec", "elsewhere/train.yaml"))
                .isEqualTo(2);
        assertThat(error()).contains(firstCommit, "git fetch");

        assertThat(rerun("reproduce", model(first), "--backend", "kubernetes")).isEqualTo(4);
        assertThat(error()).contains("no image");
    }

    @Test
    void thePlanForPeopleNamesEveryInputWithWhereItComesFrom() {
        out.reset();
        assertThat(command("retrain", model(first), "--newest", "dataset", "--plan", "--repo", "code"))
                .isZero();
        assertThat(text(out))
                .contains(
                        first.at("/lineage/digest").asText(),
                        firstCommit,
                        "as recorded",
                        "the newest version",
                        "\"bias\" : 2",
                        "11");
    }

    private int rerun(String command, String model, String... more) {
        Stream<String> given = Stream.of(command, model, "--repo", "code", "--spec", "code/jobs/train.yaml");
        return execute(Stream.concat(given, Stream.of(more)).toArray(String[]::new));
    }

    private int train(String... more) {
        Stream<String> given = Stream.of(
                "train",
                "code/jobs/train.yaml",
                "--dataset",
                "training=" + trainingSet,
                "--dataset",
                "evaluation=" + evaluationSet);
        return execute(Stream.concat(given, Stream.of(more)).toArray(String[]::new));
    }

    /** Publishes a version that is newer than all before it: a store may tell the times of its objects in whole seconds. */
    private String publishLater(String name, String... numbers) throws Exception {
        Thread.sleep(1100);
        return publish(name, numbers);
    }

    private static String model(JsonNode training) {
        return training.at("/model/digest").asText();
    }

    private String error() throws Exception {
        return json().at("/error/message").asText();
    }
}
