package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTreeTest {

    private static final S3Uri TO = S3Uri.parse("s3://data/sets");

    @TempDir
    private Path directory;

    private FaultyS3 s3;
    private ObjectStore store;
    private Datasets datasets;

    @BeforeEach
    void setUp() throws IOException {
        s3 = new FaultyS3();
        store = s3.connect();
        datasets = new Datasets(store, DatasetCache.at(directory.resolve("cache")));
    }

    @AfterEach
    void tearDown() throws IOException {
        store.close();
        s3.close();
    }

    private static Manifest manifest(int files, int changed) {
        List<Manifest.Entry> entries = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            Digest digest = Digest.of(i == changed ? "changed" : "file " + (100 + i % 100));
            String hex = digest.hex();
            entries.add(new Manifest.Entry(
                    "scan-" + i / 500 + "/" + i + ".png",
                    8,
                    digest,
                    "sets/blobs/sha256/" + hex.substring(0, 2) + "/" + hex,
                    null,
                    null,
                    i % 3 == 0 ? "scan-" + i / 500 : null));
        }
        Manifest unnamed = Manifest.of("large", new Manifest.Source("any", "any"), "data", entries);
        return Manifest.of(
                "large",
                new Manifest.Source(
                        SourceIds.ofManifest(unnamed.content()),
                        TO.resolve("large/manifests/" + unnamed.content().hex() + ".json")
                                .toString()),
                "data",
                entries);
    }

    private S3Uri publish(Manifest manifest) throws IOException {
        S3Uri location = S3Uri.parse(manifest.source().uri());
        assertThat(new ManifestPublication(store, TO, 1000).write(manifest, location))
                .isTrue();
        assertThat(new ManifestPublication(store, TO, 1000).write(manifest, location))
                .isFalse();
        return location;
    }

    private Set<String> parts() {
        Set<String> parts = new TreeSet<>(s3.keys());
        parts.removeIf(key -> !key.contains("/manifests/parts/"));
        return parts;
    }

    @Test
    void aLongManifestIsWrittenInPartsAndReadAsOne() throws IOException {
        Manifest manifest = manifest(60_000, -1);
        S3Uri location = publish(manifest);
        assertThat(parts()).hasSizeGreaterThan(1);
        DatasetReference reference = DatasetReference.ofManifest(location.toString());
        s3.forgetRequests();
        assertThat(datasets.resolve(reference)).isEqualTo(manifest.version());
        assertThat(s3.requests("GET", "/parts/")).isEmpty();
        assertThat(datasets.manifest(reference)).contains(manifest);
        Path whole = directory.resolve("whole.json");
        assertThat(datasets.manifestInto(whole, location).version()).isEqualTo(manifest.version());
        Path written = directory.resolve("written.json");
        manifest.write(written);
        assertThat(whole).hasSameBinaryContentAs(written);
    }

    @Test
    void versionsThatDifferInOneFileShareTheOtherParts() throws IOException {
        publish(manifest(60_000, -1));
        Set<String> first = parts();
        Manifest second = manifest(60_000, 30_000);
        assertThat(datasets.manifest(DatasetReference.ofManifest(publish(second).toString())))
                .contains(second);
        assertThat(parts()).hasSize(first.size() + 1).containsAll(first);
    }

    @Test
    void whatIsInPartsIsPulled() throws IOException {
        Manifest manifest = manifest(2_000, -1);
        for (Manifest.Entry entry : manifest.entries()) {
            s3.put("data/" + entry.key(), content(entry));
        }
        Path into = directory.resolve("into");
        String location = publish(manifest).toString();
        PullResult result =
                datasets.pull(DatasetReference.ofManifest(location), into, PullOptions.DEFAULT, ProgressListener.NONE);
        assertThat(result.downloadedFiles()).isEqualTo(100);
        assertThat(Datasets.verify(into, 2, ProgressListener.NONE).intact()).isTrue();
        assertThat(Datasets.pulledInto(into)).contains(manifest);
    }

    private static byte[] content(Manifest.Entry entry) {
        for (int i = 100; i < 200; i++) {
            if (Digest.of("file " + i).equals(entry.sha256())) {
                return ("file " + i).getBytes(StandardCharsets.UTF_8);
            }
        }
        throw new IllegalArgumentException(entry.toString());
    }

    @Test
    void aPartThatIsDamagedOrGoneIsNamed() throws IOException {
        S3Uri location = publish(manifest(60_000, -1));
        DatasetReference reference = DatasetReference.ofManifest(location.toString());
        String part = parts().iterator().next();
        byte[] right = s3.get(part);
        byte[] wrong = right.clone();
        wrong[wrong.length / 2] ^= 1;
        s3.put(part, wrong);
        assertThatThrownBy(() -> datasets.manifest(reference))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("s3://" + part)
                .hasMessageContaining("corrupt");
        s3.put(part, Arrays.copyOf(right, right.length / 2));
        assertThatThrownBy(() -> datasets.manifest(reference)).hasMessageContaining("corrupt");
        s3.remove(part);
        assertThatThrownBy(() -> datasets.manifest(reference)).hasMessageContaining("s3://" + part);
    }

    @Test
    void aRootWithoutItsBucketIsNotTakenForAManifest() throws IOException {
        S3Uri location = publish(manifest(2_000, -1));
        Path file = directory.resolve("root.json");
        Files.write(file, s3.get("data/" + location.key()));
        assertThatThrownBy(() -> datasets.manifest(DatasetReference.ofManifest(file.toString())))
                .hasMessageContaining("name it by its s3:// URL");
    }
}
