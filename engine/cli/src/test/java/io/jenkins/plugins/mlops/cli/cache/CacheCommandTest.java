package io.jenkins.plugins.mlops.cli.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.S3Commands;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CacheCommandTest extends S3Commands {

    private void works(String... arguments) {
        assertThat(run(arguments)).as(errors()).isZero();
    }

    /** Publishes a dataset with a file of each of these contents. */
    private String publish(String name, String... contents) throws IOException {
        for (String content : contents) {
            Files.createDirectories(directory.resolve(name));
            Files.writeString(directory.resolve(name).resolve(content), content);
        }
        works("dataset", "publish", name, "--name", name, "--to", "s3://data/sets", "--json");
        return json().get("manifest").asText();
    }

    private void pull(String manifest, String into, String... more) {
        works(Stream.concat(
                        Stream.of("dataset", "pull", "--manifest", manifest, "--into", into, "--json"), Stream.of(more))
                .toArray(String[]::new));
    }

    private Path blob(String cache, String content) {
        String hex = Digest.of(content).hex();
        return directory.resolve(cache + "/blobs/sha256/" + hex.substring(0, 2) + "/" + hex);
    }

    private static void damage(Path blob) throws IOException {
        FileTime sealed = Files.getLastModifiedTime(blob);
        Files.delete(blob);
        Files.writeString(blob, "?");
        Files.setLastModifiedTime(blob, sealed);
    }

    @Test
    void whatIsThereIsCountedAndEvicted() throws IOException {
        String manifest = publish("demo", "a", "b", "c");
        pull(manifest, "copies", "--link", "copy");
        pull(manifest, "links", "--include", "a");
        Files.setAttribute(
                blob("cache", "b"),
                "lastAccessTime",
                FileTime.from(Instant.now().minus(Duration.ofDays(40))));
        works("cache", "stats", "--json");
        assertThat(json().at("/cached/files").asInt()).isEqualTo(3);
        assertThat(json().at("/linked/files").asInt()).isEqualTo(1);
        assertThat(json().at("/lastUse/3/files").asInt()).isEqualTo(1);
        works("cache", "stats");
        assertThat(text()).contains("3 files, 3 B").contains("used last within 90 days: 1 file, 1 B");
        works("cache", "gc", "--max-bytes", "2", "--dry-run", "--json");
        assertThat(json().at("/evicted/files").asInt()).isEqualTo(1);
        assertThat(json().get("bytesLeft").asInt()).isEqualTo(2);
        assertThat(blob("cache", "b")).exists();
        works("cache", "gc", "--max-age", "30d");
        assertThat(text()).startsWith("evicted 1 file, 1 B\n  leaves 2 B");
        assertThat(blob("cache", "b")).doesNotExist();
        works("cache", "gc", "--max-bytes", "0", "--json");
        assertThat(json().at("/linked/files").asInt()).isEqualTo(1);
        assertThat(json().get("bytesLeft").asInt()).isEqualTo(1);
        pull(manifest, "again");
        assertThat(json().at("/downloaded/files").asInt()).isEqualTo(2);
    }

    @Test
    void limitsAreChecked() {
        assertThat(run("cache", "gc", "--max-bytes", "many")).isEqualTo(2);
        assertThat(errors()).contains("'many' is no size");
        assertThat(run("cache", "gc", "--max-age", "7")).isEqualTo(2);
        assertThat(errors()).contains("'7' is no span of time");
        assertThat(run("cache", "gc", "--max-bytes", "99999999999T")).isEqualTo(2);
        environment.put("MLOPS_CACHE_MAX_BYTES", "2x");
        assertThat(run("cache", "gc")).isEqualTo(2);
        assertThat(errors()).contains("'2x' is no size");
    }

    @Test
    void damagedFilesGoToTheQuarantineAndAreFetchedAnew() throws IOException {
        String manifest = publish("demo", "a", "b");
        pull(manifest, "data");
        works("cache", "verify", "--json");
        assertThat(json().get("verdict").asText()).isEqualTo("intact");
        damage(blob("cache", "a"));
        Files.setLastModifiedTime(blob("cache", "b"), FileTime.from(Instant.now()));
        assertThat(run("cache", "verify", "--json")).isEqualTo(1);
        assertThat(json().get("touched").asInt()).isEqualTo(1);
        assertThat(json().at("/damaged/0/sha256").asText())
                .isEqualTo(Digest.of("a").toString());
        assertThat(json().at("/damaged/0/found").asText())
                .isEqualTo(Digest.of("?").toString());
        JsonNode note = Documents.json().readTree(quarantined(".json").toFile());
        assertThat(note.get("expected").asText()).isEqualTo(Digest.of("a").toString());
        assertThat(note.get("from").asText()).isEqualTo(blob("cache", "a").toString());
        assertThat(quarantined("")).hasContent("?");
        works("cache", "verify");
        assertThat(text()).isEqualTo("intact: 1 file, 1 B\n");
        pull(manifest, "again");
        assertThat(json().at("/downloaded/files").asInt()).isEqualTo(1);
        works("cache", "stats", "--json");
        assertThat(json().at("/quarantined/files").asInt()).isEqualTo(1);
    }

    private Path quarantined(String ending) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("cache/quarantine"))) {
            return files.filter(file -> file.toString().endsWith(".json") == ending.equals(".json"))
                    .reduce((a, b) -> {
                        throw new AssertionError(a + " and " + b);
                    })
                    .orElseThrow();
        }
    }

    @Test
    void whatArrivesCorruptIsKeptOnceWithANote() throws IOException {
        String manifest = publish("demo", "a");
        String hex = Digest.of("a").hex();
        s3.put("data/sets/blobs/sha256/" + hex.substring(0, 2) + "/" + hex, new byte[] {'!'});
        assertThat(run("dataset", "pull", "--manifest", manifest, "--into", "data"))
                .isEqualTo(1);
        assertThat(quarantined("")).hasContent("!");
        JsonNode note = Documents.json().readTree(quarantined(".json").toFile());
        assertThat(note.get("from").asText())
                .isEqualTo("s3://data/sets/blobs/sha256/" + hex.substring(0, 2) + "/" + hex);
        assertThat(note.get("found").asText()).isEqualTo(Digest.of("!").toString());
    }

    @Test
    void theQuarantineIsBounded() throws IOException {
        String[] contents =
                Stream.iterate(0, i -> i + 1).limit(40).map(i -> "content " + i).toArray(String[]::new);
        pull(publish("demo", contents), "data", "--link", "copy");
        for (String content : contents) {
            damage(blob("cache", content));
        }
        assertThat(run("cache", "verify", "--json")).isEqualTo(1);
        assertThat(json().get("damaged")).hasSize(40);
        works("cache", "stats", "--json");
        assertThat(json().at("/quarantined/files").asInt()).isEqualTo(32);
    }

    @Test
    void filesOfLowerCachesAreUsedAndNothingInThemIsWritten() throws IOException {
        String manifest = publish("demo", "a", "b", "c", "d");
        pull(manifest, "filling", "--link", "copy", "--cache", "lower");
        Files.delete(blob("lower", "b"));
        Files.setLastModifiedTime(blob("lower", "c"), FileTime.from(Instant.now())); // copied without its time
        Files.delete(blob("lower", "d"));
        Files.writeString(blob("lower", "d"), "?");
        List<String> before = listing("lower");
        environment.put("MLOPS_CACHE_LAYERS", "missing:lower");
        pull(manifest, "data");
        assertThat(json().at("/downloaded/files").asInt()).isEqualTo(2);
        assertThat(directory.resolve("data/a")).hasContent("a");
        assertThat(directory.resolve("data/d")).hasContent("d");
        assertThat(Files.isSameFile(directory.resolve("data/a"), blob("lower", "a")))
                .isTrue();
        assertThat(blob("cache", "a")).doesNotExist();
        assertThat(blob("cache", "c")).exists();
        assertThat(listing("lower")).isEqualTo(before);
        works("cache", "stats", "--json");
        assertThat(json().at("/layers/0/files").asInt()).isZero();
        assertThat(json().at("/layers/1/files").asInt()).isEqualTo(3);
        environment.remove("MLOPS_CACHE_LAYERS");
        pull(manifest, "more", "--cache", "other", "--cache-layer", "lower");
        assertThat(json().at("/downloaded/files").asInt()).isEqualTo(2);
    }

    @Test
    void whatALowerCacheLearntOfAPrefixIsUsed() throws IOException {
        s3.put("data/raw/x", new byte[] {1});
        works("dataset", "pull", "--from", "s3://data/raw", "--into", "filling", "--cache", "lower");
        s3.forgetRequests();
        works("dataset", "pull", "--from", "s3://data/raw", "--into", "data", "--cache-layer", "lower");
        assertThat(s3.requests("GET", "raw/x")).isEmpty();
    }

    /** All that is in a directory, with times, sizes and modes. */
    private List<String> listing(String name) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(name))) {
            return files.map(file -> {
                        try {
                            return file + " "
                                    + Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,mode,nlink");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .map(line ->
                            line.replaceAll("nlink=\\d+|ctime=[^,}]+", "")) // a link counts the file, as reading does
                    .sorted()
                    .toList();
        }
    }

    @Test
    void thePullKeepsTheCacheAtItsSize() throws IOException {
        String first = publish("one", "a", "b", "c");
        String second = publish("two", "dd", "ee");
        pull(first, "first", "--link", "copy");
        for (String old : List.of("a", "b", "c")) {
            Files.setAttribute(
                    blob("cache", old),
                    "lastAccessTime",
                    FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        }
        pull(second, "second", "--link", "copy", "--cache-max-bytes", "4B");
        assertThat(blob("cache", "a")).doesNotExist();
        assertThat(blob("cache", "dd")).exists();
    }
}
