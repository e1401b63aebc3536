package io.jenkins.plugins.mlops.cli.withdrawal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.S3Commands;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WithdrawCommandTest extends S3Commands {

    private static final Instant TIME = Instant.parse("2026-11-02T10:00:00Z");

    private String recordings;

    @BeforeEach
    void setUp() throws IOException {
        environment.put("MLOPS_LINEAGE_DIR", "lineage");
        environment.put("MLOPS_EVIDENCE", "evidence");
        environment.put("USER", "ann");
        EvidenceStore.inDirectory(directory.resolve("evidence"), Keyring.empty())
                .init(Clock.systemUTC());
        file("raw/drive-7/1.png", "seven 1");
        file("raw/drive-7/2.png", "seven 2");
        file("raw/drive-8/1.png", "eight 1");
        recordings = publish("raw", "recordings", "--group-by", "^([^/]+)/");
    }

    private void file(String path, String content) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void does(String... arguments) {
        assertThat(run(arguments)).as(errors()).isZero();
    }

    private void refuses(String words, String... arguments) {
        assertThat(run(arguments)).as(errors()).isEqualTo(4);
        assertThat(errors()).contains(words).hasLineCount(1);
    }

    private String publish(String from, String name, String... more) throws IOException {
        String[] first = {"dataset", "publish", from, "--name", name, "--to", "s3://data/sets", "--json"};
        String[] all = java.util.stream.Stream.concat(java.util.Arrays.stream(first), java.util.Arrays.stream(more))
                .toArray(String[]::new);
        does(all);
        return json().get("manifest").asText();
    }

    private Path cached(String content) {
        String hex = Digest.of(content).hex();
        return directory
                .resolve("cache/blobs/sha256")
                .resolve(hex.substring(0, 2))
                .resolve(hex);
    }

    private void train(String model, String manifest) throws IOException {
        Path files = Files.createDirectories(directory.resolve(model));
        Files.writeString(files.resolve("weights"), model);
        JsonNode dataset = Documents.json().readTree(s3.get(manifest.substring("s3://".length())));
        LineageStore.open(directory.resolve("lineage"))
                .append(Provenance.training(ModelFiles.of(files))
                        .builder("https://example.org/test", Map.of())
                        .run(model, TIME, TIME)
                        .trainingDataset(new DatasetVersion(
                                dataset.get("name").asText(),
                                Digest.parse(dataset.get("content").asText()),
                                dataset.at("/source/id").asText(),
                                manifest,
                                1,
                                1))
                        .statement());
    }

    @Test
    void aWithdrawnRecordingIsNeitherPulledNorPublishedNorCached() throws IOException {
        does("dataset", "pull", "--manifest", recordings, "--into", "before");
        assertThat(cached("seven 1")).exists();
        does("withdraw", "add", "--group", "drive-7", "--reason", "consent revoked", "--json");
        assertThat(json().get("number").asInt()).isEqualTo(1);
        assertThat(json().get("inForce").asBoolean()).isTrue();
        refuses("group drive-7", "dataset", "pull", "--manifest", recordings, "--into", "after");
        assertThat(errors()).contains("consent revoked").contains("by ann");
        assertThat(directory.resolve("after")).doesNotExist();
        assertThat(cached("seven 1")).doesNotExist();
        assertThat(cached("seven 2")).doesNotExist();
        assertThat(cached("eight 1")).exists();
        refuses("group drive-7", "dataset", "pull", "--manifest", recordings, "--into", "before");
        does("dataset", "pull", "--manifest", recordings, "--into", "rest", "--include", "drive-8/**");

        does("withdraw", "add", "--file", "raw/drive-8/1.png", "--reason", "plate visible");
        refuses("drive-8/1.png", "dataset", "publish", "raw", "--name", "again", "--to", "s3://data/sets");
        assertThat(s3.keys()).noneMatch(key -> key.startsWith("data/sets/again"));

        does("withdraw", "list");
        assertThat(text()).contains("drive-7").contains("plate visible");
        does("withdraw", "end", "2", "--reason", "was another plate");
        does("withdraw", "list", "--json");
        assertThat(json().get("withdrawals")).hasSize(1);
        does("withdraw", "list", "--all");
        assertThat(text()).contains("ended").contains("was another plate");
        does("dataset", "pull", "--manifest", recordings, "--into", "rest", "--include", "drive-8/**");
    }

    @Test
    void whatWasDerivedIsRefusedTooUnlessTheRecordingWasLeftOut() throws IOException {
        file("crops/1.png", "crop of seven 1");
        String crops = publish("crops", "crops", "--derived-from", recordings, "--step", "crop");
        file("clean/1.png", "crop of eight 1");
        String clean =
                publish("clean", "clean", "--derived-from", recordings, "--without-group", "drive-7", "--step", "crop");
        train("tainted", crops);
        train("pure", clean);
        does("withdraw", "add", "--group", "drive-7", "--reason", "consent revoked");
        refuses("group drive-7 in the dataset recordings@", "dataset", "pull", "--manifest", crops, "--into", "data");
        does("dataset", "pull", "--manifest", clean, "--into", "data");
        refuses(
                "group drive-7",
                "dataset",
                "publish",
                "clean",
                "--name",
                "more",
                "--to",
                "s3://data/sets",
                "--derived-from",
                recordings);
        refuses("group drive-7", "dataset", "derive", clean, "--derived-from", recordings);
        publish("clean", "more", "--derived-from", "labels=" + recordings, "--without-group", "drive-7");

        does("withdraw", "report", "--json");
        assertThat(json().get("models")).hasSize(1);
        JsonNode model = json().at("/models/0/model");
        assertThat(model.get("digest").asText())
                .isEqualTo(ModelFiles.of(directory.resolve("tainted")).digest().toString());
        assertThat(model.get("relation").asText()).isEqualTo("inherited");
        assertThat(model.at("/via/0/kind").asText()).isEqualTo("dataset");
        assertThat(model.at("/via/0/name").asText()).isEqualTo("crops");
        assertThat(json().get("datasets"))
                .extracting(dataset -> dataset.get("name").asText())
                .contains("recordings", "crops");
        assertThat(json().get("datasets"))
                .extracting(dataset -> dataset.get("name").asText())
                .doesNotContain("clean");
        does("withdraw", "report", "1");
        assertThat(text())
                .contains("consent revoked")
                .contains("inherited (training) via crops@")
                .contains("[drive-7]");
        does("lineage", "find", "--group", "drive-7", "--json");
        assertThat(json().get("models")).hasSize(1);
    }

    @Test
    void anotherMachineKnowsWhatIsBehindADataset() throws IOException {
        file("crops/1.png", "crop of seven 1");
        String crops = publish("crops", "crops", "--derived-from", recordings);
        does("withdraw", "add", "--group", "drive-7", "--reason", "consent revoked");
        environment.put("MLOPS_LINEAGE_DIR", "other/lineage");
        environment.put("MLOPS_CACHE_DIR", "other/cache");
        refuses("group drive-7 in the dataset recordings@", "dataset", "pull", "--manifest", crops, "--into", "data");
        environment.put("MLOPS_LINEAGE_DIR", "third/lineage");
        does("withdraw", "report", "--json");
        assertThat(json().get("datasets"))
                .extracting(dataset -> dataset.get("name").asText())
                .contains("crops");
    }

    @Test
    void theReportClearsTheCache() throws IOException {
        does("dataset", "pull", "--manifest", recordings, "--into", "data");
        train("model", recordings);
        LineageStore.open(directory.resolve("lineage"))
                .keepManifest(io.jenkins.plugins.mlops.core.dataset.Manifest.read(
                        new String(s3.get(recordings.substring("s3://".length())), StandardCharsets.UTF_8), "it"));
        does("withdraw", "add", "--group", "drive-7", "--reason", "consent revoked");
        does("withdraw", "report", "--purge-cache", "--json");
        assertThat(json().get("purged").asInt()).isEqualTo(2);
        assertThat(cached("seven 1")).doesNotExist();
        assertThat(cached("eight 1")).exists();
        assertThat(json().at("/models/0/model/relation").asText()).isEqualTo("direct");
    }

    @Test
    void aWholeDatasetIsWithdrawnByItsName() throws IOException {
        train("model", recordings);
        does("withdraw", "add", "--dataset", "recordings", "--reason", "licence ended");
        refuses("licence ended", "dataset", "pull", "--manifest", recordings, "--into", "x", "--include", "drive-8/**");
    }

    @Test
    void groupsOfAPublishedVersionAreNotChangedUnsaid() {
        assertThat(run(
                        "dataset",
                        "publish",
                        "raw",
                        "--name",
                        "recordings",
                        "--to",
                        "s3://data/sets",
                        "--group-by",
                        "/([^/]+)$"))
                .isEqualTo(2);
        assertThat(errors()).contains("a manifest does not change");
    }

    @Test
    void anEvidenceStoreOutOfReachStopsWhatMustHonourIt() {
        environment.put("MLOPS_EVIDENCE", "s3://evidence/store");
        environment.put("MLOPS_EVIDENCE_ENDPOINT_URL", "http://127.0.0.1:9");
        environment.put("MLOPS_EVIDENCE_ACCESS_KEY_ID", "id");
        environment.put("MLOPS_EVIDENCE_SECRET_ACCESS_KEY", "secret");
        assertThat(run("dataset", "pull", "--manifest", recordings, "--into", "data"))
                .as(errors())
                .isEqualTo(5);
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThat(run("withdraw", "add", "--reason", "why")).isEqualTo(2);
        assertThat(run("withdraw", "add", "--group", "g", "--reason", " ")).isEqualTo(2);
        assertThat(run("withdraw", "add", "--file", "none.png", "--reason", "why"))
                .isEqualTo(2);
        assertThat(run("withdraw", "end", "4", "--reason", "why")).isEqualTo(2);
        assertThat(run("withdraw", "report", "4")).isEqualTo(2);
        environment.remove("MLOPS_EVIDENCE");
        assertThat(run("withdraw", "list")).isEqualTo(2);
        assertThat(errors()).contains("MLOPS_EVIDENCE");
        assertThat(run("dataset", "publish", "raw", "--name", "x", "--to", "s3://data/x", "--step", "crop"))
                .isEqualTo(2);
    }
}
