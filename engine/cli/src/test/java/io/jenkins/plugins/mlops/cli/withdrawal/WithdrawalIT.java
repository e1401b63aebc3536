package io.jenkins.plugins.mlops.cli.withdrawal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.cli.training.TestBucket;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A withdrawn recording is found behind two fine-tunings, with a real MLflow and the evidence store in a real bucket. */
@Timeout(300)
class WithdrawalIT {

    private static final String MLFLOW = System.getenv("MLOPS_TEST_MLFLOW");
    private static final String S3 = System.getenv("MLOPS_TEST_S3");

    private static final String TRAIN = """
            import json, os, pathlib
            data = pathlib.Path(os.environ["MLOPS_DATASET_DIR"])
            parent = os.environ.get("MLOPS_PARENT_MODEL_DIR")
            seen = pathlib.Path(parent, "seen.txt").read_text() if parent else ""
            seen += " ".join(f.read_text() for f in sorted(data.rglob("*.txt"))) + "\\n"
            pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "seen.txt").write_text(seen)
            if json.load(open(os.environ["MLOPS_PARAMS_FILE"])).get("fail"):
                raise SystemExit("out of memory")
            """;

    @TempDir
    Path directory;

    private final String name = "withdraw-" + UUID.randomUUID();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private MlflowServer server;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(MLFLOW != null && S3 != null, "MLOPS_TEST_MLFLOW and MLOPS_TEST_S3 name no servers");
        server = MlflowServer.connect(new MlflowSettings(URI.create(MLFLOW), null), null);
        TestBucket.make(S3, name, System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"));
        byte[] key = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        Files.writeString(
                directory.resolve("signing.pem"),
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                        + "\n-----END PRIVATE KEY-----\n");
        Path code = Files.createDirectories(directory.resolve("code"));
        Files.writeString(code.resolve("train.py"), TRAIN);
        Files.writeString(
                code.resolve("train.yaml"),
                "name: seen\nexperiment: " + name + "\ncommand: [python3, train.py]\nparams: {}\n");
        does("evidence", "init");
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void theWithdrawnRecordingIsFoundBehindTwoFineTunings() throws Exception {
        String recordings = publish("recordings", "drive-7/1.txt", "drive-8/1.txt");
        String more = publish("more", "drive-9/1.txt");
        String base = train(recordings);
        register(base, 1);
        String tuned = train(more, "--parent", "models:/" + name + "/1");
        register(tuned, 2);
        String twice = train(more, "--parent", "models:/" + name + "/2", "--param", "round=2");
        register(twice, 3);
        server.setAlias(name, "champion", 3);
        TrackedRun foreign = server.createRun(name, "foreign", Map.of());
        server.createVersion(name, foreign.artifactUri() + "/model", foreign.runId(), Map.of());
        assertThat(run(training(recordings, "--param", "fail=true"))).isEqualTo(1);

        does("withdraw", "add", "--group", "drive-7", "--reason", "consent revoked");
        assertThat(json().get("signers")).hasSize(1);
        does("withdraw", "report");
        JsonNode report = json();
        assertThat(report.get("models")).hasSize(3);
        for (int i = 0; i < 3; i++) {
            JsonNode model = report.at("/models/" + i + "/model");
            assertThat(model.get("version").asInt()).isEqualTo(i + 1);
            assertThat(model.get("run").asText()).isEqualTo(new String[] {base, tuned, twice}[i]);
            assertThat(model.get("via")).hasSize(i);
        }
        assertThat(report.at("/models/0/model/relation").asText()).isEqualTo("direct");
        assertThat(report.at("/models/2/model/via/0/name").asText()).isEqualTo(name + "/1");
        assertThat(report.at("/models/2/model/via/1/name").asText()).isEqualTo(name + "/2");
        assertThat(report.at("/models/2/model/aliases/0").asText()).isEqualTo("champion");
        assertThat(report.get("runs"))
                .as("the failed training saw it too")
                .singleElement()
                .satisfies(run -> {
                    assertThat(run.get("status").asText()).isEqualTo("FAILED");
                    assertThat(run.get("role").asText()).isEqualTo("training");
                });
        assertThat(report.get("unknown"))
                .as("a version that nobody recorded")
                .anyMatch(version -> version.get("name").asText().equals(name)
                        && version.get("version").asInt() == 4);

        refuses("dataset", "pull", "--manifest", recordings, "--into", "data");
        refuses(training(recordings));
        refuses(training(more, "--parent", "models:/" + name + "@champion"));
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("by way of " + name + "/1 > " + name + "/2");
        train(more);

        does("withdraw", "end", "1", "--reason", "consent given again");
        train(more, "--parent", "models:/" + name + "@champion");
    }

    private String publish(String dataset, String... files) throws Exception {
        for (String file : files) {
            Path path = directory.resolve(dataset).resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, name + " " + file);
        }
        does(
                "dataset",
                "publish",
                dataset,
                "--name",
                dataset,
                "--to",
                "s3://" + name + "/sets",
                "--group-by",
                "^([^/]+)/");
        return json().get("manifest").asText();
    }

    private String[] training(String manifest, String... more) {
        return Stream.concat(
                        Stream.of("train", "code/train.yaml", "--dataset", "training=" + manifest), Stream.of(more))
                .toArray(String[]::new);
    }

    /** The run's id. */
    private String train(String manifest, String... more) throws Exception {
        does(training(manifest, more));
        return json().at("/run/id").asText();
    }

    private void register(String run, int version) throws Exception {
        does("model", "register", name, "--run", run);
        assertThat(json().get("version").asInt()).isEqualTo(version);
    }

    private void does(String... arguments) {
        assertThat(run(arguments)).as(err.toString(StandardCharsets.UTF_8)).isZero();
    }

    private void refuses(String... arguments) throws Exception {
        assertThat(run(arguments)).as(err.toString(StandardCharsets.UTF_8)).isEqualTo(4);
        assertThat(json().at("/error/message").asText())
                .contains("group drive-7")
                .contains("consent revoked");
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        Map<String, String> environment = new TreeMap<>(Map.of(
                "PATH",
                System.getenv("PATH"),
                "HOME",
                directory.toString(),
                "MLFLOW_TRACKING_URI",
                MLFLOW,
                "AWS_ENDPOINT_URL_S3",
                S3,
                "AWS_ACCESS_KEY_ID",
                System.getenv("MLOPS_TEST_S3_ACCESS_KEY"),
                "AWS_SECRET_ACCESS_KEY",
                System.getenv("MLOPS_TEST_S3_SECRET_KEY"),
                "MLOPS_EVIDENCE",
                "s3://" + name + "/evidence",
                "MLOPS_SIGNING_KEY",
                "signing.pem"));
        Host host = new Host(
                environment,
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        return MlopsCommand.commandLine(host)
                .execute(
                        Stream.concat(Stream.of(arguments), Stream.of("--json")).toArray(String[]::new));
    }

    private JsonNode json() throws Exception {
        return Documents.json().readTree(out.toString(StandardCharsets.UTF_8));
    }
}
