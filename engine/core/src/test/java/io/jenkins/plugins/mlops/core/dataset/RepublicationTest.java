package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.FaultyWay;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoreFault;
import io.jenkins.plugins.mlops.core.store.UnfinishedUpload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a publication takes over from an earlier one. */
class RepublicationTest {

    private static final int PART = 100_000;
    private static final byte[] LARGE = new byte[5 * PART - 10];
    private static final S3Uri PLACE = S3Uri.parse("s3://data/p");
    private static final Clock LATER = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(10));

    static {
        new Random(3).nextBytes(LARGE);
    }

    @TempDir
    private Path directory;

    private FaultyS3 s3;
    private FaultyWay way;
    private Path source;

    @BeforeEach
    void setUp() throws IOException {
        s3 = new FaultyS3();
        way = new FaultyWay(s3.endpoint());
        source = Files.createDirectories(directory.resolve("source"));
        Files.writeString(source.resolve("a"), "aaa");
        Files.writeString(source.resolve("b"), "bbb");
    }

    @AfterEach
    void tearDown() throws IOException {
        way.close();
        s3.close();
    }

    private PublishResult publish(Clock clock, boolean rehash) throws IOException {
        return publish(clock, new PublishOptions(1, PublishOptions.Links.REFUSE, GroupRule.NONE, rehash, false));
    }

    private PublishResult publish(Clock clock, PublishOptions options) throws IOException {
        try (ObjectStore store = FaultedWork.connect(way.settings(s3.settings()), Duration.ofSeconds(5))) {
            return new DatasetPublication(
                            store,
                            DatasetCache.at(directory.resolve("cache")),
                            "demo",
                            PLACE,
                            DatasetPolicy.ANYTHING,
                            options,
                            ProgressListener.NONE,
                            PART,
                            clock)
                    .run(source);
        }
    }

    private PublishResult publish() throws IOException {
        return publish(LATER, false);
    }

    private static Digest digest(PublishResult result, String path) {
        return result.manifest().entries().stream()
                .filter(entry -> entry.path().equals(path))
                .findAny()
                .orElseThrow()
                .sha256();
    }

    private Path only(String kind) throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory.resolve("cache").resolve(kind))) {
            return files.iterator().next();
        }
    }

    // --- files that are not read again

    @Test
    void aFileThatLooksAsItDidIsNotRead() throws IOException {
        publish();
        Path index = only("published");
        String a = Digest.of("aaa").hex();
        String b = Digest.of("bbb").hex();
        Files.writeString(
                index, Files.readString(index).replace(a, "?").replace(b, a).replace("?", b));
        assertThat(digest(publish(), "a")).as("what the index says").isEqualTo(Digest.of("bbb"));
        assertThat(digest(publish(LATER, true), "a")).isEqualTo(Digest.of("aaa"));
        assertThat(digest(publish(), "a")).as("what --rehash has found").isEqualTo(Digest.of("aaa"));
    }

    // --- what the store is asked

    @ParameterizedTest
    @ValueSource(ints = {40, 1000})
    void ofManyFilesTheStoreListsWhatIsThereInsteadOfBeingAskedForEach(int pageSize) throws IOException {
        s3.pageSize(pageSize);
        s3.put("data/something", new byte[1]);
        writeMany();
        assertThat(publish().uploadedFiles()).isEqualTo(102);
        Files.writeString(source.resolve("a"), "another");
        s3.put("data/p/" + DatasetPublication.blobKey(Digest.of("file 7")), new byte[1]);
        assertThat(publish().uploadedFiles())
                .as("the changed one, and the one that has another size")
                .isEqualTo(2);
        assertThat(s3.requests("HEAD", "blobs")).isEmpty();
    }

    @Test
    void aPlaceWithFarMoreFilesThanArePublishedIsNotListedToItsEnd() throws IOException {
        s3.pageSize(10);
        writeMany();
        publish();
        for (int i = 0; i < 1000; i++) {
            s3.put("data/p/" + DatasetPublication.blobKey(Digest.of("other " + i)), new byte[1]);
        }
        s3.forgetRequests();
        assertThat(publish().uploadedFiles()).isZero();
        assertThat(s3.requests("HEAD", "blobs")).hasSizeBetween(90, 102);
        assertThat(s3.requests("GET", "data").stream()
                        .filter(request -> !request.path().contains("p/")))
                .as("pages")
                .hasSizeBetween(1, 3);
    }

    private void writeMany() throws IOException {
        for (int i = 0; i < 100; i++) {
            Files.writeString(source.resolve("f" + i), "file " + i);
        }
    }

    @Test
    void whatIsDamagedInTheStoreIsSentAnewOnDemand() throws IOException {
        Files.write(source.resolve("large"), LARGE);
        publish();
        byte[] damaged = LARGE.clone();
        damaged[PART] ^= 1;
        String large = "data/p/" + DatasetPublication.blobKey(Digest.of(LARGE));
        String small = "data/p/" + DatasetPublication.blobKey(Digest.of("aaa"));
        s3.put(large, damaged);
        s3.put(small, "aab".getBytes(StandardCharsets.UTF_8));
        assertThat(publish().uploadedFiles())
                .as("by default sizes are looked at")
                .isZero();
        PublishOptions repair = new PublishOptions(1, PublishOptions.Links.REFUSE, GroupRule.NONE, false, true);
        assertThat(publish(LATER, repair).uploadedFiles()).isEqualTo(2);
        assertThat(s3.get(large)).isEqualTo(LARGE);
        assertThat(s3.get(small)).asString().isEqualTo("aaa");
        assertThat(publish(LATER, repair).uploadedFiles()).isZero();
    }

    @Test
    void aFileThatWasWrittenToIsReadThoughItsTimeWasSetBack() throws IOException {
        publish();
        FileTime time = Files.getLastModifiedTime(source.resolve("a"));
        Files.writeString(source.resolve("a"), "AAA");
        Files.setLastModifiedTime(source.resolve("a"), time);
        assertThat(digest(publish(), "a")).isEqualTo(Digest.of("AAA"));
        Path other = Files.writeString(source.resolve("other"), "xxx");
        Files.setLastModifiedTime(other, time);
        Files.move(other, source.resolve("a"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(digest(publish(), "a")).isEqualTo(Digest.of("xxx"));
    }

    @Test
    void aFileThatWasJustWrittenIsNotRemembered() throws IOException {
        publish(Clock.systemUTC(), false);
        assertThat(Files.readString(only("published"))).doesNotContain(" a\n", " b\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mlops-published/1\n", "mlops-published/1\nx y\nend 1\n", "mlops-published/2\nend 0\n"})
    void aDamagedIndexOnlyCostsWork(String text) throws IOException {
        PublishResult first = publish();
        Files.writeString(only("published"), text);
        assertThat(publish().manifest()).isEqualTo(first.manifest());
    }

    @Test
    void aFileThatTheStoreLostIsReadAndSentAgain() throws IOException {
        publish();
        String key = "data/p/" + DatasetPublication.blobKey(Digest.of("aaa"));
        s3.remove(key);
        assertThat(publish().uploadedFiles()).isEqualTo(1);
        assertThat(s3.get(key)).asString().isEqualTo("aaa");
    }

    @Test
    void whatWasReadBeforeAPublicationFailedIsNotReadAgain() throws IOException {
        way.plan((request, times) -> request.method().equals("PUT")
                        && request.path().contains(Digest.of("bbb").hex())
                ? StoreFault.HTTP_403
                : null);
        assertThatThrownBy(this::publish).hasMessageContaining("AccessDenied");
        assertThat(Files.readString(only("published"))).contains(" a\n");
    }

    // --- uploads in parts

    private String large() throws IOException {
        Files.write(source.resolve("large"), LARGE);
        return "/data/p/" + DatasetPublication.blobKey(Digest.of(LARGE));
    }

    private void fails(Kind kind) {
        assertThatThrownBy(this::publish)
                .isInstanceOfSatisfying(
                        MlopsException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
    }

    private static boolean isPart(FaultyWay.Request request, int from) {
        String number = request.target().replaceAll(".*partNumber=(\\d+).*", "$1");
        return !number.equals(request.target()) && Integer.parseInt(number) >= from;
    }

    private void assertSent(String blob, long bytes) {
        assertThat(way.received()).containsEntry(blob, bytes);
        assertThat(s3.get(blob.substring(1))).isEqualTo(LARGE);
        assertThat(s3.unfinishedUploads()).isZero();
        assertThat(directory.resolve("cache/uploads")).isEmptyDirectory();
    }

    @Test
    void anUploadThatBrokeOffIsGoneOnWith() throws Exception {
        String blob = large();
        way.plan((request, times) -> isPart(request, 3) ? StoreFault.RESET_BEFORE : null);
        fails(Kind.UNREACHABLE);
        assertThat(s3.unfinishedUploads()).isEqualTo(1);
        way.begin(1, 0);
        way.plan(null);
        publish();
        assertSent(blob, LARGE.length - 2 * PART);
    }

    @Test
    void anUploadThatIsRefusedIsAbortedAtOnce() throws IOException {
        large();
        way.plan((request, times) -> isPart(request, 3) ? StoreFault.HTTP_403 : null);
        fails(Kind.REFUSED);
        assertThat(s3.unfinishedUploads()).isZero();
        assertThat(directory.resolve("cache/uploads")).isEmptyDirectory();
    }

    @Test
    void anUploadThatTheStoreForgotIsBegunAnew() throws Exception {
        String blob = large();
        way.plan((request, times) -> isPart(request, 3) ? StoreFault.RESET_BEFORE : null);
        fails(Kind.UNREACHABLE);
        try (ObjectStore store = s3.connect()) {
            for (UnfinishedUpload upload : unfinished(store)) {
                store.abortParts(upload.object(), upload.id());
            }
        }
        way.begin(1, 0);
        way.plan(null);
        publish();
        assertSent(blob, LARGE.length + PART); // the part by which it was found out
    }

    private static List<UnfinishedUpload> unfinished(ObjectStore store) {
        List<UnfinishedUpload> found = new ArrayList<>();
        store.unfinishedUploads(PLACE, found::add);
        return found;
    }

    @Test
    void anUploadOfAFileThatIsGoneIsAbortedByTheNextPublication() throws IOException {
        large();
        way.plan((request, times) -> isPart(request, 3) ? StoreFault.RESET_BEFORE : null);
        fails(Kind.UNREACHABLE);
        Files.delete(source.resolve("large"));
        way.plan(null);
        publish();
        assertThat(s3.unfinishedUploads()).isZero();
        assertThat(directory.resolve("cache/uploads")).isEmptyDirectory();
    }

    @Test
    void anUploadOfAnotherProcessIsLeftAloneWhileItLives() throws IOException {
        large();
        way.plan((request, times) -> isPart(request, 3) ? StoreFault.RESET_BEFORE : null);
        fails(Kind.UNREACHABLE);
        UploadNote note =
                new UploadNote(DatasetCache.at(directory.resolve("cache")).shared(), only("uploads"));
        UploadNote.Begun begun = note.read().orElseThrow();
        assertThat(begun.etags()).hasSize(2);
        note.write(way.endpoint(), begun.object(), begun.id(), begun.partSize(), begun.etags()); // this process's
        Files.delete(source.resolve("large"));
        way.plan(null);
        publish();
        assertThat(s3.unfinishedUploads()).isEqualTo(1);
        String mine = String.valueOf(ProcessHandle.current().pid());
        Files.writeString(only("uploads"), Files.readString(only("uploads")).replace(" " + mine + " ", " 999999999 "));
        publish();
        assertThat(s3.unfinishedUploads()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ANSWER_LOST", "ERROR_IN_200", "EMPTY_200", "FOREIGN_PAGE", "RESET_IN_BODY", "HTTP_500"})
    void whatBecomesOfTheBeginningAndTheCompletionOfAnUploadIsFoundOut(StoreFault fault) throws IOException {
        String blob = large();
        way.plan((request, times) -> request.method().equals("POST") && times == 1 ? fault : null);
        publish();
        assertSent(blob, LARGE.length);
    }

    @Test
    void lostAnswersToTheBeginningAndTheEndLeaveNothingEither() throws IOException {
        large();
        way.plan((request, times) ->
                request.method().equals("POST") && (request.target().contains("uploads") ? times == 1 : true)
                        ? StoreFault.ANSWER_LOST
                        : null);
        fails(Kind.UNREACHABLE);
        assertThat(s3.unfinishedUploads()).isEqualTo(1);
        way.plan(null);
        publish();
        assertThat(s3.unfinishedUploads()).isZero();
    }

    @Test
    void uploadsThatOthersLeftAreForgottenOnDemand() throws IOException {
        large();
        way.plan((request, times) -> isPart(request, 3) ? StoreFault.RESET_BEFORE : null);
        fails(Kind.UNREACHABLE);
        try (ObjectStore store = s3.connect()) {
            Datasets datasets = new Datasets(store, DatasetCache.at(directory.resolve("other")));
            assertThat(datasets.abortUploads(PLACE, Duration.ofHours(1), false)).isEmpty();
            assertThat(datasets.abortUploads(PLACE, Duration.ZERO, true)).hasSize(1);
            assertThat(s3.unfinishedUploads()).isEqualTo(1);
            assertThat(datasets.abortUploads(S3Uri.parse("s3://data/elsewhere"), Duration.ZERO, false))
                    .isEmpty();
            assertThat(datasets.abortUploads(PLACE, Duration.ZERO, false)).hasSize(1);
            assertThat(s3.unfinishedUploads()).isZero();
        }
    }
}
