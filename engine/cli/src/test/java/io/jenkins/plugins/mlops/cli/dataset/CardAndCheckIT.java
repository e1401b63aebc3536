package io.jenkins.plugins.mlops.cli.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.cli.training.TestBucket;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.inspection.TestImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cards and checks of sets in a real S3 server. */
@Timeout(300)
class CardAndCheckIT {

    private static final String S3 = System.getenv("MLOPS_TEST_S3");

    @TempDir
    private Path directory;

    private final String bucket = "cards-" + UUID.randomUUID();
    private final Map<String, String> environment = new TreeMap<>();

    private record Ran(int code, String out, String err) {
        JsonNode json() throws IOException {
            return Documents.json().readTree(out);
        }
    }

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(S3 != null, "MLOPS_TEST_S3 names no server");
        String key = System.getenv("MLOPS_TEST_S3_ACCESS_KEY");
        String secret = System.getenv("MLOPS_TEST_S3_SECRET_KEY");
        TestBucket.make(S3, bucket, key, secret);
        environment.put("AWS_ENDPOINT_URL", S3);
        environment.put("AWS_ACCESS_KEY_ID", key);
        environment.put("AWS_SECRET_ACCESS_KEY", secret);
        environment.put("MLOPS_CACHE_DIR", "cache");
        environment.put("MLOPS_LINEAGE_DIR", "lineage");
        environment.put("USER", "ada");
        for (int i = 0; i < 6; i++) {
            Path file = directory.resolve((i < 4 ? "train/rec" : "test/rec") + i / 2 + "/" + i + ".jpg");
            Files.createDirectories(file.getParent());
            Files.write(file, TestImages.jpeg(i));
        }
        Files.writeString(directory.resolve("report.pdf"), "blurred");
    }

    private Ran run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Host host = new Host(
                environment,
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        int code = MlopsCommand.commandLine(host).execute(arguments);
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private String publish(String name, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "dataset",
                "publish",
                name,
                "--name",
                name,
                "--to",
                "s3://" + bucket + "/sets",
                "--group-by",
                "^([^/]+)/",
                "--json"));
        arguments.addAll(List.of(more));
        Ran ran = run(arguments.toArray(String[]::new));
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran.json().get("manifest").asText();
    }

    @Test
    void revisionsOfACardAreOneChainWhoeverWritesThem() throws IOException {
        String manifest =
                publish("train", "--owner", "Perception", "--anonymised", "yes", "--anonymised-evidence", "report.pdf");
        List<CompletableFuture<Ran>> writers = IntStream.range(0, 5)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> run("dataset", "card", "set", manifest, "--field", "f" + i + "=x", "--reason", "test")))
                .toList();
        assertThat(writers)
                .allSatisfy(writer ->
                        assertThat(writer.join().code()).as(writer.join().err()).isZero());
        JsonNode revisions =
                run("dataset", "card", "history", manifest, "--json").json().get("revisions");
        assertThat(revisions).hasSize(6);
        assertThat(revisions.at("/5/card/fields")).hasSize(5);
        assertThat(revisions.at("/5/card/anonymised").asBoolean()).isTrue();
        assertThat(run("dataset", "resolve", "--manifest", manifest, "--json")
                        .json()
                        .at("/card/revision")
                        .asInt())
                .isEqualTo(6);
    }

    @Test
    void aLeakIsFoundBeforeAnythingIsDownloaded() throws IOException {
        String train = publish("train");
        assertThat(run("dataset", "check", train, "--against", publish("test")).code())
                .isZero();
        Files.copy(directory.resolve("train/rec0/0.jpg"), directory.resolve("test/rec2/copy.jpg"));
        Ran leaky = run("dataset", "check", train, "--against", publish("test"));
        assertThat(leaky.code()).as(leaky.err()).isEqualTo(3);
        assertThat(leaky.out()).contains("rec2/copy.jpg: has the bytes of rec0/0.jpg");
        assertThat(run("dataset", "check", train, "--read", "--near", "4").code())
                .isZero();
    }
}
