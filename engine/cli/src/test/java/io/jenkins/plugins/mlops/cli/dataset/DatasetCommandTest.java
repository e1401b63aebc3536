package io.jenkins.plugins.mlops.cli.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.S3Commands;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatasetCommandTest extends S3Commands {

    @BeforeEach
    void setUp() throws IOException {
        Files.createDirectories(directory.resolve("source"));
        Files.writeString(directory.resolve("source/a.txt"), "a");
        Files.writeString(directory.resolve("source/b.png"), "b");
    }

    private String publish() throws IOException {
        assertThat(run("dataset", "publish", "source", "--name", "demo", "--to", "s3://data/sets", "--json"))
                .as(errors())
                .isZero();
        return json().get("manifest").asText();
    }

    @Test
    void aDatasetGoesThereAndBack() throws IOException {
        String manifest = publish();
        JsonNode published = json();
        assertThat(published.at("/uploaded/files").asInt()).isEqualTo(2);
        assertThat(run("dataset", "resolve", "--manifest", manifest, "--json"))
                .as(errors())
                .isZero();
        assertThat(json().get("version")).isEqualTo(published.get("version"));
        assertThat(run("dataset", "pull", "--manifest", manifest, "--into", "data", "--json"))
                .isZero();
        assertThat(json().get("version")).isEqualTo(published.get("version"));
        assertThat(json().get("source")).isEqualTo(published.get("source"));
        assertThat(json().at("/downloaded/bytes").asInt()).isEqualTo(2);
        assertThat(directory.resolve("data/a.txt")).hasContent("a");
        assertThat(directory.resolve("cache")).isDirectory();
        assertThat(run("dataset", "verify", "data", "--json")).isZero();
        assertThat(json().get("verdict").asText()).isEqualTo("intact");
        Files.delete(directory.resolve("data/a.txt"));
        assertThat(run("dataset", "verify", "data", "--json")).isEqualTo(1);
        assertThat(json().at("/problems/0/path").asText()).isEqualTo("a.txt");
    }

    @Test
    void whatAPublicationLeftIsTakenAway() throws IOException {
        s3.put("data/other", new byte[] {1});
        try (ObjectStore store = ObjectStore.connect(s3.settings())) {
            store.beginParts(
                    S3Uri.parse("s3://data/sets/blobs/sha256/aa/a"), LocalFile.read(directory.resolve("source/a.txt")));
            store.beginParts(S3Uri.parse("s3://data/elsewhere/a"), LocalFile.read(directory.resolve("source/a.txt")));
        }
        assertThat(run("dataset", "abort-uploads", "--to", "s3://data/sets")).isZero();
        assertThat(text()).contains("no unfinished uploads");
        assertThat(run(
                        "dataset",
                        "abort-uploads",
                        "--to",
                        "s3://data/sets",
                        "--older-than",
                        "0",
                        "--dry-run",
                        "--json"))
                .as(errors())
                .isZero();
        assertThat(json().get("aborted").asBoolean()).isFalse();
        assertThat(json().at("/uploads/0/object").asText()).isEqualTo("s3://data/sets/blobs/sha256/aa/a");
        assertThat(s3.unfinishedUploads()).isEqualTo(2);
        assertThat(run("dataset", "abort-uploads", "--to", "s3://data/sets", "--older-than", "0"))
                .isZero();
        assertThat(text()).contains("1 unfinished upload aborted");
        assertThat(s3.unfinishedUploads()).isEqualTo(1);
        assertThat(run("dataset", "abort-uploads", "--to", "s3://data/sets", "--older-than", "-1"))
                .isEqualTo(2);
    }

    @Test
    void rehashReadsWhatLooksAsItDid() throws IOException {
        String first = publish();
        assertThat(run(
                        "dataset",
                        "publish",
                        "source",
                        "--name",
                        "demo",
                        "--to",
                        "s3://data/sets",
                        "--rehash",
                        "--json"))
                .isZero();
        assertThat(json().get("manifest").asText()).isEqualTo(first);
        assertThat(json().at("/uploaded/files").asInt()).isZero();
    }

    @Test
    void aSnapshotPinsAPrefix() throws IOException {
        s3.put("data/raw/x", new byte[] {1});
        assertThat(run("dataset", "resolve", "--from", "s3://data/raw", "--json"))
                .isZero();
        assertThat(json().get("version").isNull()).isTrue();
        assertThat(run("dataset", "snapshot", "--from", "s3://data/raw", "--out", "m.json", "--json"))
                .isZero();
        JsonNode snapshot = json();
        assertThat(run("dataset", "pull", "--manifest", "m.json", "--into", "data", "--json"))
                .isZero();
        assertThat(json().get("version")).isEqualTo(snapshot.get("version"));
        assertThat(run("dataset", "resolve", "--from", "s3://data/raw", "--json"))
                .isZero();
        assertThat(json().get("version")).isEqualTo(snapshot.get("version"));
    }

    @Test
    void severalPlacesAreCombinedToOneDataset() throws IOException {
        s3.put("data/raw/x", new byte[] {1});
        s3.put("lab/boxes/y", new byte[] {2});
        assertThat(run(
                        "dataset",
                        "combine",
                        "--name",
                        "both",
                        "--out",
                        "m.json",
                        "images=s3://data/raw",
                        "labels=s3://lab/boxes",
                        "--json"))
                .as(errors())
                .isZero();
        assertThat(json().get("files").asInt()).isEqualTo(2);
        assertThat(run("dataset", "pull", "--manifest", "m.json", "--into", "data"))
                .as(errors())
                .isZero();
        assertThat(directory.resolve("data/labels/y")).hasBinaryContent(new byte[] {2});
        assertThat(run(
                        "dataset",
                        "combine",
                        "--name",
                        "both",
                        "--out",
                        "m.json",
                        "a=s3://data/raw",
                        "a=s3://lab/boxes"))
                .isEqualTo(2);
        assertThat(errors()).contains("given twice");
        assertThat(run("dataset", "combine", "--name", "both", "--out", "m.json", "a=s3://data/raw", "s3://lab/boxes"))
                .isEqualTo(2);
        assertThat(errors()).contains("DIR=DATASET is wanted");
    }

    @Test
    void aTimeIsOneWithAZoneAndBelongsToAPrefix() {
        assertThat(run("dataset", "resolve", "--from", "s3://data/raw", "--as-of", "2026-11-01"))
                .isEqualTo(2);
        assertThat(errors()).contains("no time with a time zone");
        assertThat(run("dataset", "resolve", "--manifest", "m.json", "--as-of", "2026-11-01T12:00:00Z"))
                .isEqualTo(2);
        assertThat(errors()).contains("a time belongs to a prefix");
    }

    @Test
    void anOutputOfDvcIsResolvedPulledAndPinned() throws IOException {
        s3.put("data/dvc/files/md5/0c/c175b9c0f1b6a831c399e269772661", new byte[] {'a'});
        Files.createDirectories(directory.resolve("repo/.dvc"));
        Files.writeString(
                directory.resolve("repo/.dvc/config"),
                "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://data/dvc\n    endpointurl = " + s3.endpoint()
                        + "\n");
        Files.writeString(
                directory.resolve("repo/a.txt.dvc"),
                "outs:\n- md5: 0cc175b9c0f1b6a831c399e269772661\n  size: 1\n  hash: md5\n  path: a.txt\n");
        assertThat(run("dataset", "resolve", "--dvc", "a.txt", "--repo", "repo", "--json"))
                .as(errors())
                .isZero();
        assertThat(json().get("source").asText()).isEqualTo("dvc:md5:0cc175b9c0f1b6a831c399e269772661/a.txt");
        assertThat(run("dataset", "snapshot", "--dvc", "a.txt", "--repo", "repo", "--out", "m.json", "--json"))
                .as(errors())
                .isZero();
        JsonNode snapshot = json();
        assertThat(run("dataset", "pull", "--dvc", "a.txt.dvc", "--repo", "repo", "--into", "data", "--json"))
                .as(errors())
                .isZero();
        assertThat(json().get("version")).isEqualTo(snapshot.get("version"));
        assertThat(directory.resolve("data/a.txt")).hasContent("a");
        s3.put("data/dvc/files/md5/0c/c175b9c0f1b6a831c399e269772661", new byte[] {'b'});
        environment.put("MLOPS_CACHE_DIR", "another");
        assertThat(run("dataset", "pull", "--dvc", "a.txt", "--repo", "repo", "--into", "data2"))
                .isEqualTo(1);
        assertThat(errors()).contains("is corrupt in the store").contains("md5:0cc175b9c0f1b6a831c399e269772661");
        assertThat(directory.resolve("data2")).doesNotExist();
    }

    @Test
    void aPartIsPulledAndSaidToBeOne() throws IOException {
        String manifest = publish();
        assertThat(run("dataset", "pull", "--manifest", manifest, "--into", "data", "--include", "*.png", "--json"))
                .isZero();
        assertThat(json().get("files").asInt()).isEqualTo(1);
        assertThat(json().at("/partial/filesInVersion").asInt()).isEqualTo(2);
        assertThat(run("dataset", "verify", "data")).isZero();
        assertThat(text()).contains("a part of");
    }

    @Test
    void everyBadInputHasItsSentenceAndExitCode() throws IOException {
        String manifest = publish();
        Files.writeString(directory.resolve("broken.json"), "{\n  \"schema\": oops\n}");
        says(2, "exactly one of", "pull", "--manifest", manifest, "--from", "s3://data/x", "--into", "d");
        says(2, "No dataset is named", "pull", "--into", "d");
        says(2, "knows no output 'x.dvc'", "pull", "--dvc", "x.dvc", "--into", "d");
        says(2, "no revision 'v9'", "pull", "--dvc", "x.dvc", "--repo", "none", "--rev", "v9", "--into", "d");
        says(2, "a manifest already", "snapshot", "--manifest", manifest, "--out", "m.json");
        says(2, "broken.json, line 2, column", "pull", "--manifest", "broken.json", "--into", "d");
        says(2, "does not exist", "pull", "--manifest", "none.json", "--into", "d");
        says(2, "s3://bucket/prefix is wanted", "resolve", "--from", "data/x");
        says(2, "number of jobs", "pull", "--manifest", manifest, "--into", "d", "--jobs", "0");
        says(2, "1 or more", "pull", "--manifest", manifest, "--into", "d", "--sample", "0");
        says(2, "is no glob", "pull", "--manifest", manifest, "--into", "d", "--include", "{a");
        says(2, "No file of the dataset matches", "pull", "--manifest", manifest, "--into", "d", "--include", "*.x");
        says(2, "cannot be a dataset's name", "publish", "source", "--name", "../x", "--to", "s3://data/p");
        says(2, "does not exist", "publish", "none", "--name", "x", "--to", "s3://data/p");
        says(2, "was not made by", "verify", "source");
        says(4, "not made by a pull", "pull", "--manifest", manifest, "--into", "source");
        says(4, "is not a directory", "pull", "--manifest", manifest, "--into", "source/a.txt");
        says(1, "there is no such object", "resolve", "--manifest", "s3://data/none.json");
        says(1, "does not exist", "resolve", "--from", "s3://absent/x");
        s3.close();
        says(5, "does not accept connections", "resolve", "--manifest", manifest);
        assertThat(directory.resolve("d")).doesNotExist();
    }

    private void says(int exitCode, String words, String... arguments) throws IOException {
        String[] command = new String[arguments.length + 2];
        command[0] = "dataset";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        command[command.length - 1] = "--json";
        assertThat(run(command)).as(errors()).isEqualTo(exitCode);
        assertThat(errors()).contains(words).hasLineCount(1);
        assertThat(json().at("/error/message").asText()).contains(words);
    }
}
