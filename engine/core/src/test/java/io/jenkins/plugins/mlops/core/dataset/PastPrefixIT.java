package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import io.jenkins.plugins.mlops.core.store.TestBuckets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prefixes as they were, on a real S3 server that keeps versions, which {@code MLOPS_TEST_S3} names. */
class PastPrefixIT {

    /** Servers tell the time of a version in seconds or milliseconds; all of these change something within a second of their own. */
    private static final long SECOND = 1100;

    @TempDir
    private Path directory;

    private ObjectStoreSettings settings;
    private ObjectStore store;
    private S3Uri bucket;
    private Datasets datasets;

    @BeforeEach
    void setUp() throws IOException {
        String address = System.getenv("MLOPS_TEST_S3");
        assumeTrue(address != null, "MLOPS_TEST_S3 names no S3 server");
        settings = new ObjectStoreSettings(
                URI.create(address),
                "us-east-1",
                new ObjectStoreSettings.Credentials(
                        System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"), null));
        bucket = new S3Uri("mlops-it-" + UUID.randomUUID().toString().substring(0, 8), "");
        TestBuckets.make(settings, bucket.bucket());
        store = ObjectStore.connect(settings);
        datasets = new Datasets(store, DatasetCache.at(directory.resolve("cache")));
    }

    @AfterEach
    void tearDown() {
        if (store != null) {
            store.close();
        }
    }

    private void put(String key, String content) throws IOException {
        Path file = directory.resolve("file");
        Files.writeString(file, content);
        store.put(bucket.resolve(key), LocalFile.read(file));
    }

    /** A moment that lies apart from all that was done, and all that will be, by more than the clock of any server tells. */
    private static Instant moment() throws InterruptedException {
        Thread.sleep(SECOND);
        Instant now = Instant.now();
        Thread.sleep(SECOND);
        return now;
    }

    /** Skips, aloud, where past times cannot be told: a server may keep no versions, or not know when one was written. */
    private void assumeVersions() throws Exception {
        assumeTrue(TestBuckets.makeVersioned(settings, bucket.bucket()), "the server keeps no versions");
        put("probe", "1");
        Instant between = moment();
        put("probe", "2");
        List<StoredObject> found = new ArrayList<>();
        store.listAsOf(bucket.resolve("probe"), between, found::add);
        assumeTrue(!found.isEmpty(), "the server gives a version the time at which it was replaced");
    }

    private Map<String, String> pull(Instant at) throws IOException {
        Path into = directory.resolve("into");
        DatasetReference reference =
                DatasetReference.ofPrefix(bucket.resolve("raw").toString(), at);
        PullResult result = datasets.pull(reference, into, PullOptions.DEFAULT, ProgressListener.NONE);
        assertThat(datasets.resolve(reference).contentId())
                .isEqualTo(result.version().contentId());
        Map<String, String> found = new TreeMap<>();
        for (Manifest.Entry entry : result.manifest().entries()) {
            found.put(entry.path(), Files.readString(into.resolve(entry.path())));
        }
        return found;
    }

    @Test
    void whatLayThereIsPulledHoweverItChangedSince() throws Exception {
        assumeVersions();
        put("raw/a", "a1");
        put("raw/d\u00fc/b +c", "b1");
        put("raw/gone", "g1");
        put("other", "o");
        final Instant first = moment();
        put("raw/a", "a2");
        put("raw/new", "n1");
        TestBuckets.delete(settings, bucket.resolve("raw/gone"));
        final Instant second = moment();
        put("raw/gone", "g2");
        put("raw/a", "a3");
        TestBuckets.delete(settings, bucket.resolve("raw/new"));

        assertThat(pull(first)).isEqualTo(Map.of("a", "a1", "d\u00fc/b +c", "b1", "gone", "g1"));
        assertThat(pull(second)).isEqualTo(Map.of("a", "a2", "d\u00fc/b +c", "b1", "new", "n1"));
        assertThat(pull(moment())).isEqualTo(Map.of("a", "a3", "d\u00fc/b +c", "b1", "gone", "g2"));
        assertThatThrownBy(() -> pull(first.minusSeconds(3600)))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("There is nothing below")
                .hasMessageContaining("and the time");
    }

    @Test
    void aSnapshotOfThePastOutlivesLaterChanges() throws Exception {
        assumeVersions();
        put("raw/a", "a1");
        final Instant first = moment();
        put("raw/a", "a2");
        Manifest manifest = datasets.snapshot(
                DatasetReference.ofPrefix(bucket.resolve("raw/").toString(), first), 2, ProgressListener.NONE);
        TestBuckets.delete(settings, bucket.resolve("raw/a"));
        assertThat(datasets.checkStored(manifest, true, 2, ProgressListener.NONE)
                        .problems())
                .isEmpty();
        Path file = directory.resolve("past.json");
        manifest.write(file);
        datasets.pull(
                DatasetReference.ofManifest(file.toString()),
                directory.resolve("into"),
                PullOptions.DEFAULT,
                ProgressListener.NONE);
        assertThat(directory.resolve("into/a")).hasContent("a1");
    }

    @Test
    void whatTheBucketDidNotKeepIsToldAndNotGuessed() throws Exception {
        put("raw/a", "a1");
        final Instant first = moment();
        assertThatThrownBy(() -> pull(first)).hasMessageContaining("keeps no versions");
        put("raw/a", "a2");
        assumeVersions();
        final Instant second = moment();
        put("raw/a", "a3");
        assertThatThrownBy(() -> pull(first))
                .hasMessageContaining("raw/a")
                .hasMessageContaining("is not known")
                .hasMessageContaining("choose a later time");
        assertThat(pull(second)).isEqualTo(Map.of("a", "a2"));
    }

    @Test
    void versionsGoOnOverPages() throws Exception {
        assumeVersions();
        for (int i = 0; i < 700; i++) {
            put("raw/" + (i % 3), "v" + i);
        }
        final Instant first = moment();
        for (int i = 700; i < 1400; i++) {
            put("raw/" + (i % 3), "v" + i);
        }
        List<String> found = new ArrayList<>();
        store.listAsOf(
                bucket.resolve("raw/"),
                first,
                object -> found.add(object.location().key()));
        assertThat(found).containsExactly("raw/0", "raw/1", "raw/2");
        assertThat(pull(first)).isEqualTo(Map.of("0", "v699", "1", "v697", "2", "v698"));
    }
}
