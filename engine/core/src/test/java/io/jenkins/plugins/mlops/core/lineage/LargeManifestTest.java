package io.jenkins.plugins.mlops.core.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a training keeps of a large dataset, in little memory: {@code -Dlineage.files=1000000 -Dlineage.heap=256m} is what
 * {@code docs/lineage.md} tells of.
 */
class LargeManifestTest {

    private static final String FILES = System.getProperty("lineage.files", "200000");
    private static final String HEAP = System.getProperty("lineage.heap", "64m");

    @TempDir
    private Path directory;

    @Test
    void aManifestIsKeptAndFoundInLittleMemory() throws Exception {
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP,
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeManifestTest.class.getName(),
                        directory.toString(),
                        FILES)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        String said = Files.readString(log);
        assertThat(process.exitValue()).as(said).isZero();
        System.out.print(said);
    }

    /** What older versions have written is read, too: it has line feeds and blanks. */
    @Test
    void manifestsOfOlderVersionsAreRead() throws Exception {
        Manifest manifest = Manifest.of(
                "old",
                new Manifest.Source("made up", "s3://data/old"),
                "data",
                List.of(new Manifest.Entry("a", 1, Digest.of("a"), "old/a", null, null, "drive-1")));
        Path kept = directory.resolve("manifests").resolve(manifest.content().hex() + ".json");
        manifest.write(kept);
        LineageStore store = LineageStore.open(directory);
        store.keepManifest(manifest);
        store.append(Trainings.training(Trainings.model("m"))
                .trainingDataset(manifest.version())
                .statement());

        assertThat(store.isIntactManifest(manifest.content())).isTrue();
        assertThat(store.find(LineageQuery.file(Digest.of("a")))).hasSize(1);
        assertThat(Files.readString(kept)).contains("\n");
    }

    /** In the process. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        int files = Integer.parseInt(arguments[1]);
        Path file = directory.resolve("manifest.json");
        write(file, files);
        long begun = System.nanoTime();
        Manifest manifest = Manifest.read(file);
        LineageStore store = LineageStore.open(directory.resolve("lineage"));
        store.keepManifest(manifest);
        long keptAfter = System.nanoTime() - begun;
        store.append(Trainings.training(Trainings.model("m"))
                .trainingDataset(manifest.version())
                .statement());
        begun = System.nanoTime();
        int found = store.find(LineageQuery.file(digest(files / 2))).size();
        if (found != 1) {
            throw new IllegalStateException(found + " trainings found by one of their files");
        }
        System.out.printf(
                Locale.ROOT,
                "%d files, heap %d MiB: read and kept in %.1f s as %d MB (%d MB with blanks), indexed and found in %.1f s%n",
                files,
                Runtime.getRuntime().maxMemory() >> 20,
                keptAfter / 1e9,
                Files.size(store.manifest(manifest.content())) / 1_000_000,
                Files.size(file) / 1_000_000,
                (System.nanoTime() - begun) / 1e9);
    }

    private static String path(int file) {
        return String.format(Locale.ROOT, "recordings/drive-%06d/frame-%08d.png", file / 1000, file);
    }

    private static Digest digest(int file) {
        return Digest.of("content " + file);
    }

    private static void write(Path file, int files) throws IOException {
        TreeDigest tree = new TreeDigest();
        for (int i = 0; i < files; i++) {
            tree.add(path(i), 1, digest(i));
        }
        Digest content = tree.finish();
        DatasetVersion version = Trainings.dataset("large", "a");
        try (OutputStream out = Files.newOutputStream(file);
                JsonGenerator json =
                        Documents.json().getFactory().createGenerator(out).useDefaultPrettyPrinter()) {
            json.setCodec(Documents.json());
            json.writeStartObject();
            json.writeStringField("schema", Manifest.SCHEMA);
            json.writeStringField("name", version.name());
            json.writeObjectField("content", content);
            json.writeObjectField("source", new Manifest.Source("made up", "s3://data/large"));
            json.writeStringField("bucket", "data");
            json.writeNumberField("files", files);
            json.writeNumberField("bytes", files);
            json.writeArrayFieldStart("entries");
            for (int i = 0; i < files; i++) {
                json.writeObject(new Manifest.Entry(
                        path(i), 1, digest(i), "sets/blobs/" + digest(i).sharded(), null, null, "drive-" + i / 1000));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }
}
