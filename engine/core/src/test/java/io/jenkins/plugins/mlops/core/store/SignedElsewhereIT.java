package io.jenkins.plugins.mlops.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connection without keys, before a real server. */
class SignedElsewhereIT {

    @TempDir
    private Path directory;

    private ObjectStoreSettings settings;
    private S3Uri bucket;
    private ObjectStore store;
    private final List<StoreRequest> asked = new CopyOnWriteArrayList<>();
    private Duration skew = Duration.ZERO;
    private boolean firstIsOver;

    @BeforeEach
    void setUp() throws IOException {
        String endpoint = System.getenv("MLOPS_TEST_S3");
        assumeTrue(endpoint != null, "the environment names no S3 server");
        settings = new ObjectStoreSettings(
                URI.create(endpoint),
                "us-east-1",
                new ObjectStoreSettings.Credentials(
                        System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"), null));
        bucket = new S3Uri("mlops-it-" + UUID.randomUUID(), "");
        TestBuckets.make(settings, bucket.bucket());
        store = ObjectStore.signedBy(this::sign, settings.endpoint());
    }

    @AfterEach
    void tearDown() {
        if (store != null) {
            store.close();
        }
    }

    private URI sign(StoreRequest request, URI refused) {
        asked.add(request);
        Duration off = firstIsOver && refused == null ? Duration.ofHours(-1) : skew;
        return new RequestPresigner(settings, Clock.offset(Clock.systemUTC(), off))
                .presign(request, Duration.ofMinutes(1));
    }

    private LocalFile file(String name, String content) throws IOException {
        Path path = directory.resolve(name);
        Files.writeString(path, content);
        return LocalFile.read(path);
    }

    @Test
    void everyRequestGoesWithoutKeys() throws IOException {
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
            assertThat(store.stat(bucket.resolve(key))).isPresent();
        }
        assertThat(store.stat(bucket.resolve("none"))).isEmpty();
        String etag = store.stat(bucket.resolve("p/z")).orElseThrow().etag();
        try (ObjectContent content = store.open(new ObjectPin(bucket.resolve("p/z"), etag, null), 1)) {
            assertThat(content.offset()).isEqualTo(1);
        }
        assertThatThrownBy(() -> store.open(new ObjectPin(bucket.resolve("p/z"), "another", null), 0))
                .isInstanceOf(ObjectChangedException.class);
        assertThat(store.putIfAbsent(bucket.resolve("once"), new byte[] {1})).isTrue();
        assertThat(store.putIfAbsent(bucket.resolve("once"), new byte[] {2})).isFalse();
        assertThat(asked)
                .extracting(StoreRequest::method)
                .contains("GET", "PUT", "HEAD")
                .doesNotContain("DELETE");
    }

    @Test
    void aUrlBindsTheBytesByTheirDigest() throws IOException {
        URI url = new RequestPresigner(settings)
                .presign(
                        new StoreRequest(
                                "PUT",
                                bucket.resolve("blob"),
                                new TreeMap<>(),
                                new TreeMap<>(java.util.Map.of("x-amz-checksum-sha256", checksum("right")))),
                        Duration.ofMinutes(1));
        assertThat(put(url, "wrong", checksum("wrong"))).isEqualTo(403);
        assertThat(put(url, "wrong", checksum("right"))).isGreaterThanOrEqualTo(400);
        assertThat(store.stat(bucket.resolve("blob"))).isEmpty();
        assertThat(put(url, "right", checksum("right"))).isEqualTo(200);
    }

    private static String checksum(String text) {
        return java.util.Base64.getEncoder()
                .encodeToString(
                        java.util.HexFormat.of().parseHex(Digest.of(text).hex()));
    }

    private static int put(URI url, String body, String checksum) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setRequestMethod("PUT");
        connection.setDoOutput(true);
        connection.setRequestProperty("x-amz-checksum-sha256", checksum);
        connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        return connection.getResponseCode();
    }

    @Test
    void aLargeFileGoesInPartsAndComesBackWhole() throws IOException {
        Path big = directory.resolve("big");
        try (var channel = Files.newByteChannel(big, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.position(LocalFile.PART_SIZE + 5);
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }
        LocalFile file = LocalFile.read(big);
        store.put(bucket.resolve("big"), file);
        Path back = directory.resolve("back");
        store.download(bucket.resolve("big"), back);
        assertThat(Digest.of(back)).isEqualTo(file.sha256());
    }

    @Test
    void aUrlWhoseTimeIsOverIsRenewed() throws IOException {
        store.put(bucket.resolve("o"), file("f", "0123456789"));
        firstIsOver = true;
        asked.clear();
        assertThat(store.read(bucket.resolve("o"), 100)).hasSize(10);
        assertThat(asked).hasSize(2);
        assertThat(store.stat(bucket.resolve("o"))).isPresent();
    }

    @Test
    void clocksThatDifferAreTold() throws IOException {
        store.put(bucket.resolve("o"), file("f", "0123456789"));
        skew = Duration.ofHours(-2);
        assertThatThrownBy(() -> store.read(bucket.resolve("o"), 100))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED))
                .hasMessageContaining("clocks");
    }

    @Test
    void aUrlToElsewhereIsNotUsed() {
        ObjectStore led = ObjectStore.signedBy(
                (request, refused) ->
                        URI.create("http://127.0.0.1:1/" + request.location().bucket()),
                settings.endpoint());
        try (led) {
            assertThatThrownBy(() -> led.read(bucket.resolve("o"), 100)).hasMessageContaining("is not used");
        }
    }
}
