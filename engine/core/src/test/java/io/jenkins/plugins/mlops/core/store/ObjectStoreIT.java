package io.jenkins.plugins.mlops.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.dataset.PublishResult;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The object store and datasets on a real S3 server, which {@code MLOPS_TEST_S3} names. */
class ObjectStoreIT {

    @TempDir
    private Path directory;

    private ObjectStoreSettings settings;
    private ObjectStore store;
    private S3Uri bucket;

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
        try (S3Http http = new S3Http(settings, null, Duration.ofSeconds(5), Duration.ofSeconds(30));
                Response answer = http.put(
                        bucket, RequestBody.create(new byte[0]), Digest.of("").hex(), false)) {
            assertThat(answer.code()).isEqualTo(200);
        }
        store = ObjectStore.connect(settings);
    }

    @AfterEach
    void tearDown() {
        if (store != null) {
            store.close();
        }
    }

    private LocalFile file(String name, String content) throws IOException {
        Path path = directory.resolve(name);
        Files.writeString(path, content);
        return LocalFile.read(path);
    }

    @Test
    void objectsAreWrittenListedAndReadWhateverTheirKeysAre() throws IOException {
        List<String> keys = List.of("p/a b+c", "p/\u00e4/1", "p/x&y=z?#%", "p/z");
        for (String key : keys) {
            store.put(bucket.resolve(key), file("f", key));
        }
        List<String> listed = new ArrayList<>();
        store.list(bucket.resolve("p/"), object -> listed.add(object.location().key()));
        assertThat(listed).containsExactlyInAnyOrderElementsOf(keys);
        for (String key : keys) {
            assertThat(new String(store.read(bucket.resolve(key), 100), StandardCharsets.UTF_8))
                    .isEqualTo(key);
            assertThat(store.stat(bucket.resolve(key)).orElseThrow().size())
                    .isEqualTo(key.getBytes(StandardCharsets.UTF_8).length);
        }
        assertThat(store.stat(bucket.resolve("none"))).isEmpty();
    }

    @Test
    void theFirstOfTwoConditionalWritesStays() {
        assertThat(store.putIfAbsent(bucket.resolve("once"), new byte[] {1})).isTrue();
        assertThat(store.putIfAbsent(bucket.resolve("once"), new byte[] {2})).isFalse();
        assertThat(store.read(bucket.resolve("once"), 10)).containsExactly(1);
    }

    @Test
    void aReadIsPinnedByEtagAndGoesOnInTheMiddle() throws IOException {
        store.put(bucket.resolve("o"), file("f", "0123456789"));
        String etag = store.stat(bucket.resolve("o")).orElseThrow().etag();
        ObjectPin pin = new ObjectPin(bucket.resolve("o"), etag, null);
        try (ObjectContent content = store.open(pin, 4)) {
            assertThat(content.offset()).isEqualTo(4);
            assertThat(content.stream()).hasContent("456789");
        }
        store.put(bucket.resolve("o"), file("f", "other"));
        assertThatThrownBy(() -> store.open(pin, 0)).isInstanceOf(ObjectChangedException.class);
    }

    @Test
    void aPresignedUrlNeedsNoCredentials() throws IOException {
        store.put(bucket.resolve("p q"), file("f", "signed"));
        URI url = store.presign(ObjectPin.latest(bucket.resolve("p q")), Duration.ofMinutes(1));
        try (InputStream in = url.toURL().openStream()) {
            assertThat(in).hasContent("signed");
        }
    }

    @Test
    void theServerRefusesBytesOfAFileThatChanged() throws IOException {
        LocalFile file = file("f", "before");
        Files.writeString(file.path(), "behind");
        assertThatThrownBy(() -> store.put(bucket.resolve("f"), file)).hasMessageContaining("changed meanwhile");
        assertThat(store.stat(bucket.resolve("f"))).isEmpty();
    }

    @Test
    void aLargeFileGoesInPartsAndComesBackWhole() throws IOException {
        Path big = directory.resolve("big");
        try (var channel = Files.newByteChannel(big, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.position(LocalFile.PART_SIZE + 5);
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }
        store.put(bucket.resolve("big"), LocalFile.read(big));
        Path back = directory.resolve("back");
        store.download(bucket.resolve("big"), back);
        assertThat(Files.mismatch(big, back)).isEqualTo(-1);
    }

    @Test
    void wrongCredentialsAreRefused() {
        ObjectStoreSettings wrong = new ObjectStoreSettings(
                settings.endpoint(),
                "us-east-1",
                new ObjectStoreSettings.Credentials(settings.credentials().accessKeyId(), "wrong-secret", null));
        try (ObjectStore stranger = ObjectStore.connect(wrong)) {
            for (var call : List.<Runnable>of(
                    () -> stranger.list(bucket, object -> {}),
                    stranger::buckets,
                    () -> stranger.first(bucket),
                    () -> stranger.stat(bucket.resolve("x")),
                    () -> stranger.read(bucket.resolve("x"), 1),
                    () -> stranger.putIfAbsent(bucket.resolve("x"), new byte[1]))) {
                assertThatThrownBy(call::run)
                        .isInstanceOfSatisfying(
                                MlopsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED))
                        .hasMessageNotContaining("wrong-secret");
            }
        }
    }

    @Test
    void bucketsAndTheirFirstObjectAreFound() {
        assertThat(store.buckets().orElseThrow()).contains(bucket.bucket());
        assertThat(store.first(bucket)).isEmpty();
        store.putIfAbsent(bucket.resolve("b"), new byte[1]);
        store.putIfAbsent(bucket.resolve("a"), new byte[1]);
        assertThat(store.first(bucket)).get().extracting(StoredObject::location).isEqualTo(bucket.resolve("a"));
    }

    @Test
    void anAbsentBucketIsTold() {
        S3Uri absent = new S3Uri("mlops-it-absent", "x");
        assertThatThrownBy(() -> store.read(absent, 1)).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> store.list(absent, object -> {})).hasMessageContaining("does not exist");
    }

    @Test
    void aDatasetIsPublishedAndPulled() throws IOException {
        Path source = directory.resolve("source");
        Files.createDirectories(source.resolve("sub dir"));
        Files.writeString(source.resolve("sub dir/\u00fc.txt"), "content");
        Files.writeString(source.resolve("empty"), "");
        Datasets datasets = new Datasets(store, DatasetCache.at(directory.resolve("cache")));
        PublishResult published =
                datasets.publish(source, "it", bucket.resolve("sets"), PublishOptions.DEFAULT, ProgressListener.NONE);
        Path into = directory.resolve("into");
        datasets.pull(
                DatasetReference.ofManifest(published.location().toString()),
                into,
                PullOptions.DEFAULT,
                ProgressListener.NONE);
        assertThat(into.resolve("sub dir/\u00fc.txt")).hasContent("content");
        assertThat(Datasets.verify(into, 1, ProgressListener.NONE).intact()).isTrue();
        store.put(bucket.resolve("raw/x"), file("f", "x"));
        assertThat(datasets.pull(
                                DatasetReference.ofPrefix(bucket.resolve("raw").toString()),
                                directory.resolve("raw"),
                                PullOptions.DEFAULT,
                                ProgressListener.NONE)
                        .files())
                .isEqualTo(1);
    }
}
