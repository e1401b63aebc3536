package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {

    private static final Manifest.Source SOURCE = new Manifest.Source("test:1", "file:///x");

    @TempDir
    private Path directory;

    private static Manifest.Entry entry(String path, String content) {
        return new Manifest.Entry(path, content.length(), Digest.of(content), "k/" + path, null, null, null);
    }

    private static void broken(String json, String says) {
        assertThatThrownBy(() -> Manifest.read(json, "m.json"))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.USAGE))
                .hasMessageContaining(says)
                .hasMessageNotContaining("\n");
    }

    /** The test vector of docs/dataset-identity.md. */
    @Test
    void theContentIdOfTheSpecification() {
        Manifest manifest = Manifest.of(
                "vector",
                SOURCE,
                null,
                List.of(entry("labels.csv", "1,one\n"), entry("images/1.png", "one"), entry("images/2.png", "two")));
        assertThat(manifest.content())
                .hasToString("sha256:e93ed1d08223f176311fd8b9b7821eb2eb28eecb0b4b7f45483236a741c2692e");
    }

    /** The test vector of docs/dataset-identity.md. */
    @Test
    void theSourceIdOfTheSpecification() {
        List<StoredObject> objects = List.of(
                new StoredObject(S3Uri.parse("s3://data/set/a"), 1, "e1", "v1"),
                new StoredObject(S3Uri.parse("s3://data/set/b"), 2, "e2", "null"));
        String hash = "sha256:b8ae361fc3831d5d8a39fe3bf501012bfb6e97bc39061109eba109e9324425ca";
        for (boolean past : List.of(false, true)) {
            SourceIds.OfPrefix id = new SourceIds.OfPrefix(past);
            objects.forEach(id::add);
            assertThat(id.finish()).isEqualTo((past ? "s3-prefix-versions:" : "s3-prefix:") + hash);
        }
    }

    @Test
    void filesOfSeveralBucketsAreOneDataset() throws IOException {
        Manifest images = Manifest.of("images", SOURCE, "raw", List.of(entry("1.png", "one"), entry("2.png", "two")));
        Manifest labels = Manifest.of("labels", SOURCE, "lab", List.of(entry("all.csv", "1,one\n")));
        Manifest both = Combination.of("both", Map.of("labels", labels, "images/day", images));
        assertThat(both.entries())
                .extracting(entry -> entry.path() + " " + both.pin(entry).location())
                .containsExactly(
                        "images/day/1.png s3://raw/k/1.png",
                        "images/day/2.png s3://raw/k/2.png",
                        "labels/all.csv s3://lab/k/all.csv");
        assertThat(both.bucket()).isEqualTo("raw");
        Path file = directory.resolve("both.json");
        both.write(file);
        assertThat(Manifest.read(file)).isEqualTo(both);
        List<String> scanned = new ArrayList<>();
        ManifestScan scan = ManifestScan.read(file, "both", entry -> scanned.add(entry.path()));
        assertThat(scan.version()).isEqualTo(both.version());
        assertThatThrownBy(() -> Combination.of("both", Map.of("../x", images)))
                .hasMessageContaining("could leave the target directory");
        assertThatThrownBy(() -> Combination.of("both", Map.of("", images, "1.png", labels)))
                .isInstanceOf(MlopsException.class);
    }

    @Test
    void brokenDocumentsAreToldWithLineAndColumn() {
        broken("{\n  \"schema\": oops }", "m.json, line 2, column 1");
        broken("{\"schema\":\"mlops-manifest/2\"}", "is missing");
        broken("{}", "is missing");
        String right = Documents.toJson(Manifest.of("n", SOURCE, "data", List.of(entry("a", "x"))));
        broken(right.replaceFirst("\\{", "{\"extra\":1,"), "unknown key 'extra'");
        broken(right.replaceFirst("\\{", "{\"name\":\"n\","), "name");
        broken("", "m.json");
    }

    @ParameterizedTest
    @CsvSource({
        "'\"files\" : 1', '\"files\" : 2', contradicts itself",
        "'\"bytes\" : 1', '\"bytes\" : 2', contradicts itself",
        "'\"size\" : 1', '\"size\" : 2', contradicts itself",
        "'\"path\" : \"a\"', '\"path\" : \"../a\"', could leave the target",
        "'\"size\" : 1', '\"size\" : -1', 0 or more",
        "'\"size\" : 1', '\"size\" : 1.5', whole number",
        "'mlops-manifest/1', 'mlops-manifest/9', is not known",
        "'\"name\" : \"n\"', '\"name\" : \"../n\"', cannot be a dataset",
        "'\"test:1\"', '\"manifest:sha256:00\"', names another content"
    })
    void aManifestThatLiesIsFoundOut(String right, String wrong, String says) {
        String json = Documents.toJson(Manifest.of("n", SOURCE, "data", List.of(entry("a", "x"))));
        assertThat(json).contains(right);
        broken(json.replace(right, wrong), says);
    }

    @Test
    void pathsThatStandTwiceOrClashAreRefused() {
        for (List<String> paths : List.of(
                List.of("a", "a"),
                List.of("a", "a/b"),
                List.of("A", "a"),
                List.of("Dir/a", "dir/b"),
                List.of("\u00e4", "a\u0308"),
                List.of(".mlops/x", "b"))) {
            assertThatThrownBy(() -> Manifest.of(
                            "n",
                            SOURCE,
                            null,
                            paths.stream().map(path -> entry(path, "x")).toList()))
                    .as(paths.toString())
                    .isInstanceOf(MlopsException.class);
        }
    }

    @Test
    void aFileIsReadAsItStreams() throws IOException {
        Manifest manifest = Manifest.of("n", SOURCE, "data", List.of(entry("b", "x"), entry("a", "y")));
        Path file = directory.resolve("m.json");
        manifest.write(file);
        assertThat(Manifest.read(file)).isEqualTo(manifest);
        Files.writeString(file, Files.readString(file) + "{}");
        assertThatThrownBy(() -> Manifest.read(file)).isInstanceOf(MlopsException.class);
        assertThatThrownBy(() -> Manifest.read(directory.resolve("none"))).hasMessageContaining("does not exist");
    }

    @Property(tries = 100)
    void itIsReadAsItWasWritten(@ForAll("files") List<Manifest.Entry> entries) {
        Manifest manifest = Manifest.of("n", SOURCE, "data", entries);
        assertThat(Manifest.read(Documents.toJson(manifest), "m.json")).isEqualTo(manifest);
    }

    @Property(tries = 100)
    void theContentIdKnowsNeitherOrderNorStore(@ForAll("files") List<Manifest.Entry> entries, @ForAll long seed) {
        List<Manifest.Entry> elsewhere = new ArrayList<>(entries.stream()
                .map(entry -> new Manifest.Entry(
                        entry.path(), entry.size(), entry.sha256(), "other/" + entry.key(), "v", "e", "g"))
                .toList());
        Collections.shuffle(elsewhere, new Random(seed));
        assertThat(Manifest.of("m", new Manifest.Source("s", "u"), "other", elsewhere)
                        .content())
                .isEqualTo(Manifest.of("n", SOURCE, "data", entries).content());
    }

    @Property(tries = 500)
    void aPathThatPassesStaysBelowItsDirectory(@ForAll("hostilePaths") String path) {
        try {
            TreePath.check(path);
        } catch (MlopsException refused) {
            return;
        }
        Path root = Path.of("/target").toAbsolutePath();
        Path resolved = root.resolve(path);
        assertThat(resolved.normalize().equals(resolved) && resolved.startsWith(root) && !resolved.equals(root))
                .isTrue();
    }

    @Property(tries = 50)
    void aSampleIsTheSameWheneverItIsDrawn(@ForAll("files") List<Manifest.Entry> entries) throws IOException {
        List<Manifest.Entry> shuffled = new ArrayList<>(entries);
        Collections.shuffle(shuffled);
        List<Manifest.Entry> drawn = new Selection(List.of(), 3).of(entries);
        assertThat(drawn)
                .hasSize(Math.min(3, entries.size()))
                .containsExactlyInAnyOrderElementsOf(new Selection(List.of(), 3).of(shuffled));
    }

    @Property(tries = 100)
    void entriesOutsideOfTheHeapAreTheSame(@ForAll("files") List<Manifest.Entry> entries, @ForAll boolean published)
            throws IOException {
        List<Manifest.Entry> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Manifest.Entry entry = entries.get(i % entries.size());
            String hex = entry.sha256().hex();
            all.add(new Manifest.Entry(
                    i + entry.path(),
                    Long.MAX_VALUE - i,
                    entry.sha256(),
                    i % 5 == 0 ? null : published ? "p/" + hex.substring(0, 2) + "/" + hex : entry.key(),
                    i % 2 == 0 ? null : "v\u00fc" + i,
                    i % 3 == 0 ? null : "e",
                    i % 7 == 0 ? null : "g",
                    i % 11 == 0 ? "other" : null));
        }
        try (PackedEntries.Builder builder = new PackedEntries.Builder(2)) {
            for (Manifest.Entry entry : all) {
                builder.add(entry);
            }
            List<Manifest.Entry> packed = builder.finish();
            assertThat(packed).isInstanceOf(PackedEntries.class).isEqualTo(all);
            for (int i = all.size() - 1; i >= 0; i--) {
                assertThat(packed.get(i)).isEqualTo(all.get(i));
            }
        }
    }

    @Property(tries = 50)
    void moreThanTheHeapHoldsIsSorted(@ForAll("files") List<Manifest.Entry> entries, @ForAll long seed)
            throws IOException {
        List<Manifest.Entry> added = new ArrayList<>(entries);
        Collections.shuffle(added, new Random(seed));
        List<Manifest.Entry> wanted = new ArrayList<>(entries);
        wanted.sort((one, other) -> TreePath.ORDER.compare(one.path(), other.path()));
        for (int run : List.of(1, 3, 100)) {
            try (EntrySorter sorter = new EntrySorter(run)) {
                for (Manifest.Entry entry : added) {
                    sorter.add(entry);
                }
                EntrySorter.Sorted sorted = sorter.finish();
                assertThat(sorted.entries()).isEqualTo(wanted);
                for (int i = 0; i < wanted.size(); i++) {
                    assertThat(added.get(sorted.numbers()[i])).isEqualTo(wanted.get(i));
                }
            }
        }
    }

    @Test
    void aLargeFileIsReadEntryByEntry() throws IOException {
        List<Manifest.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            entries.add(new Manifest.Entry(
                    "images/" + i / 1000 + "/" + i + ".png",
                    i,
                    Digest.of("" + i),
                    "k/" + "x".repeat(200) + i,
                    null,
                    null,
                    null));
        }
        Manifest manifest = Manifest.of("large", SOURCE, "data", entries);
        Path file = directory.resolve("large.json");
        manifest.write(file);
        assertThat(Files.size(file)).isGreaterThan(32L * 1024 * 1024);
        Manifest read = Manifest.read(file);
        assertThat(read).isEqualTo(manifest);
        assertThat(read.entries()).isInstanceOf(PackedEntries.class);
        Path again = directory.resolve("again.json");
        read.write(again);
        assertThat(again).hasSameBinaryContentAs(file);
        Files.writeString(file, Files.readString(file).replaceFirst("\"size\" : 99999,", "\"size\" : 99998,"));
        assertThatThrownBy(() -> Manifest.read(file)).hasMessageContaining("contradicts itself");
    }

    @Provide
    Arbitrary<List<Manifest.Entry>> files() {
        Arbitrary<String> segment = Arbitraries.of("a", "b1", "c-d", "e f", "g.h", "\u00fc", "\uD83D\uDE00");
        Arbitrary<String> path = segment.list().ofMinSize(1).ofMaxSize(3).map(names -> String.join("/", names));
        return path.set().ofMinSize(1).ofMaxSize(20).map(paths -> {
            Set<String> files = new HashSet<>(paths);
            files.removeIf(file -> paths.stream().anyMatch(other -> other.startsWith(file + "/")));
            return files.stream()
                    .map(file -> entry(file, file.toUpperCase(Locale.ROOT)))
                    .toList();
        });
    }

    @Provide
    Arbitrary<String> hostilePaths() {
        return Arbitraries.of(
                        "..", ".", "", "/", "a", "\\", "C:", "\u0000", "...", " ", "~", "a/..", "\uD83D", ".mlops")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(parts -> String.join("/", parts));
    }
}
