package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetPublicationTest {

    @TempDir
    private Path directory;

    private FaultyS3 s3;
    private ObjectStore store;

    @BeforeEach
    void setUp() throws IOException {
        s3 = new FaultyS3();
        store = ObjectStore.connect(s3.settings());
        Files.createDirectories(directory.resolve("source/sub"));
        Files.writeString(directory.resolve("source/a"), "a");
        Files.writeString(directory.resolve("source/sub/b"), "b");
    }

    @AfterEach
    void tearDown() throws IOException {
        store.close();
        s3.close();
    }

    private PublishResult publish(PublishOptions.Links links) {
        return new Datasets(store, DatasetCache.at(directory.resolve("cache")))
                .publish(
                        directory.resolve("source"),
                        "demo",
                        S3Uri.parse("s3://data/p"),
                        new PublishOptions(4, links),
                        ProgressListener.NONE);
    }

    private static void usage(String says, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.USAGE))
                .hasMessageContaining(says);
    }

    @Test
    void unchangedFilesAreNotSentAgain() throws IOException {
        PublishResult first = publish(PublishOptions.Links.REFUSE);
        assertThat(first.uploadedFiles()).isEqualTo(2);
        assertThat(s3.requests("PUT", "").get(2).path())
                .endsWith(first.manifest().content().hex() + ".json");
        Files.writeString(directory.resolve("source/c"), "c");
        s3.forgetRequests();
        assertThat(publish(PublishOptions.Links.REFUSE).uploadedFiles()).isEqualTo(1);
        assertThat(s3.requests("PUT", "")).hasSize(2);
    }

    @Test
    void theFirstManifestStays() {
        PublishResult first = publish(PublishOptions.Links.REFUSE);
        String key = first.location().bucket() + "/" + first.location().key();
        byte[] before = s3.get(key);
        publish(PublishOptions.Links.REFUSE);
        assertThat(s3.get(key)).isSameAs(before);
    }

    @Test
    void linksAreRefusedFollowedOrSkipped() throws IOException {
        Files.writeString(directory.resolve("outside"), "outside");
        Files.createSymbolicLink(directory.resolve("source/link"), directory.resolve("outside"));
        usage("symbolic link", () -> publish(PublishOptions.Links.REFUSE));
        assertThat(s3.keys()).isEmpty();
        assertThat(publish(PublishOptions.Links.SKIP).manifest().files()).isEqualTo(2);
        assertThat(publish(PublishOptions.Links.FOLLOW).manifest().entries())
                .extracting(Manifest.Entry::path)
                .containsExactly("a", "link", "sub/b");
        Files.createSymbolicLink(directory.resolve("source/loop"), directory.resolve("source"));
        usage("leads back", () -> publish(PublishOptions.Links.FOLLOW));
    }

    @Test
    void whatCannotBeADatasetIsRefused() throws IOException {
        Files.writeString(directory.resolve("source/A"), "A");
        usage("differ only in case", () -> publish(PublishOptions.Links.REFUSE));
        Files.delete(directory.resolve("source/A"));
        Files.delete(directory.resolve("source/a"));
        Files.delete(directory.resolve("source/sub/b"));
        usage("no files", () -> publish(PublishOptions.Links.REFUSE));
    }

    @Test
    void aFileThatChangesBetweenReadingAndSendingIsNotPublished() throws IOException {
        LocalFile file = LocalFile.read(directory.resolve("source/a"));
        Files.writeString(directory.resolve("source/a"), "b");
        assertThatThrownBy(() -> store.put(S3Uri.parse("s3://data/x"), file)).hasMessageContaining("changed meanwhile");
        Files.writeString(directory.resolve("source/a"), "");
        assertThatThrownBy(() -> store.put(S3Uri.parse("s3://data/x"), file)).hasMessageContaining("changed while");
        assertThat(s3.keys()).isEmpty();
    }

    @Test
    void aPulledDirectoryIsPublishedWithoutWhatThePullKeepsThere() throws IOException {
        Files.createDirectories(directory.resolve("source/.mlops"));
        Files.writeString(directory.resolve("source/.mlops/pull.json"), "{}");
        assertThat(publish(PublishOptions.Links.REFUSE).manifest().files()).isEqualTo(2);
    }

    @Test
    void aLargeFileGoesInParts() throws IOException {
        Path big = directory.resolve("source/big");
        try (var file = Files.newByteChannel(big, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.position(70L * 1024 * 1024);
            file.write(ByteBuffer.wrap(new byte[] {1}));
        }
        PublishResult result = publish(PublishOptions.Links.REFUSE);
        Manifest.Entry entry = result.manifest().entries().stream()
                .filter(candidate -> candidate.path().equals("big"))
                .findAny()
                .orElseThrow();
        assertThat(s3.get("data/" + entry.key())).hasSize(70 * 1024 * 1024 + 1);
        assertThat(s3.requests("PUT", entry.sha256().hex())).hasSize(2);
    }
}
