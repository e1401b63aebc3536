package io.jenkins.plugins.mlops.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Commands in a directory of their own, with a real MLflow, a bucket of a real S3 server, and a Git repository {@code code}. */
public abstract class CommandFixture {

    protected static final String MLFLOW = System.getenv("MLOPS_TEST_MLFLOW");
    protected static final String S3 = System.getenv("MLOPS_TEST_S3");

    @TempDir
    protected Path directory;

    /** Of this test, and good as the name of an experiment. */
    protected final String bucket = "commands-" + UUID.randomUUID();

    protected final ByteArrayOutputStream out = new ByteArrayOutputStream();
    protected final ByteArrayOutputStream err = new ByteArrayOutputStream();
    protected Path code;

    @BeforeEach
    protected void makeBucketAndRepository() throws Exception {
        assumeTrue(MLFLOW != null && S3 != null, "MLOPS_TEST_MLFLOW and MLOPS_TEST_S3 name no servers");
        TestBucket.make(
                S3, bucket, System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"));
        code = Files.createDirectories(directory.resolve("code"));
        Git.init().setDirectory(code.toFile()).call().close();
    }

    /** Commits all that is new or changed in the repository. */
    protected final String commit(String message) throws Exception {
        try (Git git = Git.open(code.toFile())) {
            git.add().addFilepattern(".").call();
            return git.commit()
                    .setMessage(message)
                    .setAuthor("A", "a@example.org")
                    .setCommitter("A", "a@example.org")
                    .setSign(false)
                    .call()
                    .name();
        }
    }

    /** Publishes a dataset of one file a number. @return the manifest's address */
    protected final String publish(String name, String... numbers) throws Exception {
        Path data = Files.createTempDirectory(directory, name);
        for (int i = 0; i < numbers.length; i++) {
            Files.writeString(data.resolve(i + ".txt"), numbers[i]);
        }
        assertThat(execute("dataset", "publish", data.toString(), "--name", name, "--to", "s3://" + bucket + "/sets"))
                .as(text(err))
                .isZero();
        return json().at("/manifest").asText();
    }

    /** Runs a command with {@code --json}. @return its exit code */
    protected final int execute(String... arguments) {
        out.reset();
        return command(Stream.concat(Stream.of(arguments), Stream.of("--json")).toArray(String[]::new));
    }

    protected final int command(String... arguments) {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "PATH", System.getenv("PATH"),
                "HOME", directory.toString(),
                "MLFLOW_TRACKING_URI", MLFLOW,
                "AWS_ENDPOINT_URL_S3", S3,
                "AWS_ACCESS_KEY_ID", System.getenv("MLOPS_TEST_S3_ACCESS_KEY"),
                "AWS_SECRET_ACCESS_KEY", System.getenv("MLOPS_TEST_S3_SECRET_KEY")));
        Host host = new Host(
                environment,
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        return MlopsCommand.commandLine(host).execute(arguments);
    }

    /** What the last command said. */
    protected final JsonNode json() throws Exception {
        return Documents.json().readTree(text(out));
    }

    protected static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
