package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.FaultyS3.Fault;
import io.jenkins.plugins.mlops.core.store.FaultyWay;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoreFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetPullTest {

    private static final byte[] BIG = new byte[2_000_000];

    static {
        new Random(1).nextBytes(BIG);
    }

    @TempDir
    private Path directory;

    private FaultyS3 s3;
    private ObjectStore store;
    private Datasets datasets;
    private Path into;

    @BeforeEach
    void setUp() throws IOException {
        s3 = new FaultyS3();
        store = s3.connect();
        datasets = new Datasets(store, DatasetCache.at(directory.resolve("cache")));
        into = directory.resolve("into");
        Path source = directory.resolve("source");
        Files.createDirectories(source.resolve("images"));
        Files.writeString(source.resolve("labels.csv"), "1,one\n");
        Files.writeString(source.resolve("images/1.png"), "one");
        Files.writeString(source.resolve("images/copy.png"), "one");
        Files.writeString(source.resolve("empty"), "");
        Files.write(source.resolve("big.bin"), BIG);
    }

    @AfterEach
    void tearDown() throws IOException {
        store.close();
        s3.close();
    }

    private String publish() {
        return datasets.publish(
                        directory.resolve("source"),
                        "demo",
                        S3Uri.parse("s3://data/store"),
                        PublishOptions.DEFAULT,
                        ProgressListener.NONE)
                .location()
                .toString();
    }

    private PullResult pull(DatasetReference reference) {
        return datasets.pull(reference, into, PullOptions.DEFAULT, ProgressListener.NONE);
    }

    private PullResult pullManifest(String location) {
        return pull(DatasetReference.ofManifest(location));
    }

    private static void fails(Kind kind, String says, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MlopsException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind))
                .hasMessageContaining(says)
                .hasMessageNotContaining("\n");
    }

    private void assertPulled() throws IOException {
        assertThat(Files.readAllBytes(into.resolve("big.bin"))).isEqualTo(BIG);
        assertThat(into.resolve("images/1.png")).hasContent("one");
        assertThat(into.resolve("empty")).isEmptyFile();
        assertThat(Datasets.verify(into, 2, ProgressListener.NONE).problems()).isEmpty();
    }

    private void assertNothingVisible() throws IOException {
        assertThat(into).doesNotExist();
        try (var children = Files.list(directory)) {
            assertThat(children.map(child -> child.getFileName().toString()))
                    .allMatch(name -> List.of("cache", "source", "outside").contains(name));
        }
    }

    @Test
    void whatWasPublishedIsPulled() throws IOException {
        PullResult result = pullManifest(publish());
        assertPulled();
        assertThat(result.files()).isEqualTo(5);
        assertThat(result.downloadedFiles()).isEqualTo(4);
        assertThat(result.version().sourceId())
                .isEqualTo("manifest:" + result.version().contentId());
    }

    @Test
    void aRepeatTakesNothingFromTheNetworkButTheManifest() throws IOException {
        String manifest = publish();
        pullManifest(manifest);
        s3.forgetRequests();
        assertThat(pullManifest(manifest).downloadedFiles()).isZero();
        into = directory.resolve("elsewhere");
        assertThat(pullManifest(manifest).downloadedBytes()).isZero();
        assertPulled();
        assertThat(s3.requests()).hasSize(2).allMatch(request -> request.path().endsWith(".json"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"TRUNCATE", "RESET", "RESET_AT_ONCE", "UNAVAILABLE", "TOO_MANY", "WRONG_BYTES", "STALL"})
    void aPassingFaultIsOvercome(Fault fault) throws IOException {
        String manifest = publish();
        if (fault == Fault.WRONG_BYTES) {
            s3.misbehave("blobs/", fault); // one file that is wrong twice is corrupt
        } else {
            s3.misbehave("blobs/", fault, fault);
        }
        PullResult result = pullManifest(manifest);
        assertPulled();
        assertThat(result.version().contentId()).isNotNull();
    }

    @Test
    void aTruncatedDownloadGoesOnAtTheByteWithIfMatch() throws IOException {
        String manifest = publish();
        String blob = Digest.of(BIG).hex();
        s3.misbehave(blob, Fault.TRUNCATE);
        pullManifest(manifest);
        List<FaultyS3.Request> gets = s3.requests("GET", blob);
        assertThat(gets).hasSize(2);
        assertThat(gets.get(1).headers())
                .containsEntry("range", "bytes=1000000-")
                .containsKey("if-match");
    }

    @Test
    void aServerThatDripsIsBrokenOffAndAskedAgain() throws Exception {
        String manifest = publish();
        try (FaultyWay way = new FaultyWay(s3.endpoint());
                ObjectStore dripping = ObjectStore.connect(
                        way.settings(s3.settings()),
                        new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5)),
                        Duration.ofMillis(400))) {
            datasets = new Datasets(dripping, DatasetCache.at(directory.resolve("cache")));
            way.plan((request, times) -> request.target().contains("/blobs/") ? StoreFault.TRICKLE : null);
            fails(Kind.UNREACHABLE, "bytes in", () -> pullManifest(manifest));
            assertNothingVisible();
            AtomicBoolean dripped = new AtomicBoolean();
            way.plan((request, times) ->
                    request.target().contains(Digest.of(BIG).hex()) && dripped.compareAndSet(false, true)
                            ? StoreFault.TRICKLE
                            : null);
            pullManifest(manifest);
        }
        assertPulled();
    }

    @Test
    void aLaterProcessGoesOnAtTheByte() throws IOException {
        String manifest = publish();
        String blob = Digest.of(BIG).hex();
        s3.misbehave(blob, Fault.TRUNCATE, Fault.DENIED);
        fails(Kind.REFUSED, "AccessDenied", () -> pullManifest(manifest));
        assertNothingVisible();
        s3.forgetRequests();
        try (ObjectStore again = s3.connect()) {
            datasets = new Datasets(again, DatasetCache.at(directory.resolve("cache")));
            pullManifest(manifest);
        }
        assertPulled();
        assertThat(s3.requests("GET", blob))
                .singleElement()
                .satisfies(get -> assertThat(get.headers())
                        .containsEntry("range", "bytes=1000000-")
                        .containsKey("if-match"));
    }

    @Test
    void retryAfterIsHonoured() {
        String manifest = publish();
        String blob = Digest.of(BIG).hex();
        s3.misbehave(blob, Fault.TOO_MANY);
        pullManifest(manifest);
        List<FaultyS3.Request> gets = s3.requests("GET", blob);
        assertThat(gets.get(1).at() - gets.get(0).at()).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void refusedCredentialsAreNotTriedAgain() throws IOException {
        String manifest = publish();
        s3.misbehave("big", Fault.DENIED);
        s3.misbehave(Digest.of(BIG).hex(), Fault.DENIED);
        fails(Kind.REFUSED, "AccessDenied", () -> pullManifest(manifest));
        assertThat(s3.requests("GET", Digest.of(BIG).hex())).hasSize(1);
        assertNothingVisible();
    }

    @Test
    void aCorruptObjectIsNamedAndNothingAppears() throws IOException {
        String manifest = publish();
        byte[] wrong = BIG.clone();
        wrong[7] ^= 1;
        s3.put(
                "data/store/blobs/sha256/" + Digest.of(BIG).hex().substring(0, 2) + "/"
                        + Digest.of(BIG).hex(),
                wrong);
        fails(Kind.FAILED, "is corrupt", () -> pullManifest(manifest));
        assertNothingVisible();
    }

    @Test
    void aStoreThatStaysAwayIsUnreachable() throws IOException {
        String manifest = publish();
        s3.misbehave("blobs/", Fault.UNAVAILABLE, Fault.UNAVAILABLE, Fault.UNAVAILABLE, Fault.UNAVAILABLE);
        datasets = new Datasets(store, DatasetCache.at(directory.resolve("cache")));
        fails(
                Kind.UNREACHABLE,
                "HTTP 503",
                () -> datasets.pull(
                        DatasetReference.ofManifest(manifest),
                        into,
                        new PullOptions(1, PullOptions.Placement.HARDLINK, Selection.ALL, false),
                        ProgressListener.NONE));
        assertNothingVisible();
        s3.close();
        fails(Kind.UNREACHABLE, "does not accept connections", () -> pullManifest(manifest));
    }

    @Test
    void aMissingObjectAndAMissingBucketAreTold() throws IOException {
        String manifest = publish();
        s3.remove("data/store/blobs/sha256/" + Digest.of(BIG).hex().substring(0, 2) + "/"
                + Digest.of(BIG).hex());
        fails(Kind.FAILED, "there is no such object", () -> pullManifest(manifest));
        fails(Kind.FAILED, "there is no such object", () -> pullManifest("s3://data/nothing.json"));
        fails(Kind.FAILED, "'absent' does not exist", () -> pullManifest("s3://absent/nothing.json"));
        fails(Kind.FAILED, "'absent' does not exist", () -> pull(DatasetReference.ofPrefix("s3://absent/x")));
        fails(Kind.FAILED, "nothing below", () -> pull(DatasetReference.ofPrefix("s3://data/nothing")));
        assertNothingVisible();
    }

    @Test
    void aManifestThatLiesAboutASizeIsFoundOut() throws IOException {
        s3.put("data/k", "four".getBytes(StandardCharsets.UTF_8));
        Path manifest = directory.resolve("source/m.json");
        Manifest.of(
                        "liar",
                        new Manifest.Source("x", "y"),
                        "data",
                        List.of(new Manifest.Entry("a", 5, Digest.of("four"), "k", null, null, null)))
                .write(manifest);
        fails(Kind.FAILED, "has 4 bytes where 5 are wanted", () -> pullManifest(manifest.toString()));
        assertNothingVisible();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside/x", "/etc/x", "a/../../x", ".mlops/pull.json", ".MLOPS/x", "a\\..\\x"})
    void aPrefixWithHostileKeysIsRefusedOrLeftOut(String path) throws IOException {
        s3.put("data/p/good", new byte[] {1});
        s3.put("data/p/" + path, new byte[] {1});
        try {
            pull(DatasetReference.ofPrefix("s3://data/p"));
            assertThat(path).isEqualTo(".mlops/pull.json");
            assertThat(into.resolve("good")).exists();
        } catch (MlopsException e) {
            assertThat(e.kind()).isEqualTo(Kind.USAGE);
            assertNothingVisible();
        }
        assertThat(directory.resolve("outside")).doesNotExist();
    }

    @Test
    void pathsThatDifferOnlyInCaseAreRefused() {
        s3.put("data/p/Images/1", new byte[] {1});
        s3.put("data/p/images/2", new byte[] {1});
        fails(Kind.USAGE, "differ only in case", () -> pull(DatasetReference.ofPrefix("s3://data/p")));
    }

    @Test
    void aPrefixIsPulledAsItIsAndKnownAfterwards() throws IOException {
        s3.pageSize(2);
        for (String key : List.of("p/a b+c", "p/\u00e4/1", "p/d/", "p/d/x", "p/z")) {
            s3.put("data/" + key, key.endsWith("/") ? new byte[0] : key.getBytes(StandardCharsets.UTF_8));
        }
        DatasetReference prefix = DatasetReference.ofPrefix("s3://data/p");
        assertThat(datasets.resolve(prefix).contentId()).isNull();
        PullResult result = pull(prefix);
        assertThat(into.resolve("\u00e4/1")).hasContent("p/\u00e4/1");
        assertThat(into.resolve("a b+c")).exists();
        assertThat(result.files()).isEqualTo(4);
        assertThat(datasets.resolve(prefix).contentId())
                .isEqualTo(result.version().contentId());
        s3.forgetRequests();
        assertThat(pull(prefix).downloadedFiles()).isZero();
        assertThat(s3.requests()).noneMatch(request -> request.path().startsWith("data/p/"));
        s3.put("data/p/z", new byte[] {2});
        assertThat(pull(prefix).downloadedFiles()).isEqualTo(1);
    }

    @Test
    void whatChangedSinceItWasResolvedIsRefusedBeforeAnythingIsRead() throws IOException {
        s3.put("data/p/x", new byte[] {1});
        DatasetReference prefix = DatasetReference.ofPrefix("s3://data/p");
        PullOptions resolved =
                PullOptions.DEFAULT.expecting(datasets.resolve(prefix).sourceId());
        assertThat(datasets.pull(prefix, into, resolved, ProgressListener.NONE).files())
                .isEqualTo(1);
        s3.put("data/p/x", new byte[] {2});
        s3.forgetRequests();
        fails(Kind.REFUSED, "when it was resolved", () -> datasets.pull(prefix, into, resolved, ProgressListener.NONE));
        assertThat(into.resolve("x")).hasBinaryContent(new byte[] {1});
        assertThat(s3.requests()).noneMatch(request -> request.path().startsWith("data/p/"));
        String manifest = publish();
        fails(
                Kind.REFUSED,
                "when it was resolved",
                () -> datasets.pull(DatasetReference.ofManifest(manifest), into, resolved, ProgressListener.NONE));
    }

    @Test
    void filesOfSeveralBucketsArePulledAndChecked() throws IOException {
        s3.put("data/raw/1.png", new byte[] {1});
        s3.put("other/labels/1.txt", new byte[] {2});
        s3.put("other/labels/none.txt", new byte[0]);
        Manifest both = datasets.combine(
                "both",
                Map.of(
                        "images", DatasetReference.ofPrefix("s3://data/raw"),
                        "labels", DatasetReference.ofPrefix("s3://other/labels/")),
                2,
                ProgressListener.NONE);
        Path file = directory.resolve("source/both.json");
        both.write(file);
        assertThat(pullManifest(file.toString()).files()).isEqualTo(3);
        assertThat(into.resolve("images/1.png")).hasBinaryContent(new byte[] {1});
        assertThat(into.resolve("labels/1.txt")).hasBinaryContent(new byte[] {2});
        assertThat(datasets.checkStored(both, true, 2, ProgressListener.NONE).intact())
                .isTrue();
        s3.remove("other/labels/1.txt");
        assertThat(datasets.checkStored(both, false, 2, ProgressListener.NONE).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.problem()).contains("s3://other/labels/1.txt"));
    }

    @Test
    void aSnapshotPinsAPrefix() throws IOException {
        s3.put("data/p/x", new byte[] {1});
        Manifest manifest = datasets.snapshot(S3Uri.parse("s3://data/p/"), 2, ProgressListener.NONE);
        Path file = directory.resolve("source/snapshot.json");
        manifest.write(file);
        assertThat(Manifest.read(file)).isEqualTo(manifest);
        s3.put("data/p/x", new byte[] {2});
        fails(Kind.FAILED, "was replaced", () -> pullManifest(file.toString()));
        assertNothingVisible();
    }

    @Test
    void anObjectReplacedDuringThePullIsDetected() throws IOException {
        s3.put("data/p/big", BIG);
        s3.misbehave("p/big", Fault.TRUNCATE);
        s3.afterGet(() -> {
            s3.afterGet(() -> {});
            s3.put("data/p/big", new byte[BIG.length]);
        });
        fails(Kind.FAILED, "was replaced", () -> pull(DatasetReference.ofPrefix("s3://data/p")));
        assertNothingVisible();
        assertThat(pull(DatasetReference.ofPrefix("s3://data/p")).downloadedFiles())
                .isEqualTo(1);
    }

    @Test
    void bytesOfAnUnknownDigestAreComparedWithTheirETag() throws IOException {
        s3.put("data/p/big", BIG);
        s3.misbehave("p/big", Fault.WRONG_BYTES);
        pull(DatasetReference.ofPrefix("s3://data/p"));
        assertThat(into.resolve("big")).hasBinaryContent(BIG);
        s3.misbehave("p/big", Fault.WRONG_BYTES);
        assertThat(datasetsOfAnother()
                        .snapshot(S3Uri.parse("s3://data/p"), 1, ProgressListener.NONE)
                        .entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.sha256()).isEqualTo(Digest.of(BIG)));
    }

    @Test
    void bytesOfAnUnknownDigestAreComparedWithTheETagOfTheirParts() throws Exception {
        int part = BIG.length / 3;
        MessageDigest whole = MessageDigest.getInstance("MD5");
        for (int from = 0; from < BIG.length; from += part) {
            whole.update(MessageDigest.getInstance("MD5")
                    .digest(Arrays.copyOfRange(BIG, from, Math.min(BIG.length, from + part))));
        }
        int parts = (BIG.length + part - 1) / part;
        String etag = HexFormat.of().formatHex(whole.digest()) + "-" + parts;
        s3.putInParts("data/p/big", BIG, part, etag);
        s3.misbehave("p/big", Fault.WRONG_BYTES);
        pull(DatasetReference.ofPrefix("s3://data/p"));
        assertThat(into.resolve("big")).hasBinaryContent(BIG);
        assertThat(s3.requests("GET", "p/big")).hasSize(2);

        s3.forgetRequests();
        s3.misbehave("p/big", Fault.TRUNCATE, Fault.WRONG_BYTES);
        datasetsOfAnother().snapshot(S3Uri.parse("s3://data/p"), 1, ProgressListener.NONE);
        assertThat(s3.requests("GET", "p/big"))
                .as("broken off, gone on with, and read again")
                .hasSize(3);
    }

    @Test
    void partsOfSeveralSizesCostOneMoreReading() throws IOException {
        s3.putInParts("data/p/1", BIG, BIG.length / 2 + 1, "0123456789abcdef0123456789abcdef-2");
        s3.putInParts("data/p/2", BIG, BIG.length / 2 + 1, "1123456789abcdef0123456789abcdef-2");
        s3.put("data/p/3", BIG, "2123456789abcdef0123456789abcdef-2");
        datasets.pull(
                DatasetReference.ofPrefix("s3://data/p"),
                into,
                new PullOptions(1, PullOptions.Placement.COPY, Selection.ALL, false),
                ProgressListener.NONE);
        assertThat(into.resolve("3")).hasBinaryContent(BIG);
        assertThat(s3.requests("GET", "p/1")).hasSize(2);
        assertThat(s3.requests("GET", "p/2")).hasSize(1);
        assertThat(s3.requests("GET", "p/3"))
                .as("the store does not tell of parts")
                .hasSize(1);
    }

    private Datasets datasetsOfAnother() {
        return new Datasets(store, DatasetCache.at(directory.resolve("cache/another")));
    }

    @Test
    void anETagThatOnlyLooksLikeAnMd5CostsOneMoreReading() throws IOException {
        s3.put("data/p/1", BIG, "0123456789abcdef0123456789abcdef");
        s3.put("data/p/2", new byte[] {2}, "00000000000000000000000000000000");
        datasets.pull(
                DatasetReference.ofPrefix("s3://data/p"),
                into,
                new PullOptions(1, PullOptions.Placement.HARDLINK, Selection.ALL, false),
                ProgressListener.NONE);
        assertThat(into.resolve("1")).hasBinaryContent(BIG);
        assertThat(s3.requests("GET", "p/1")).hasSize(2);
        assertThat(s3.requests("GET", "p/2")).hasSize(1);
    }

    @Test
    void theAlarmGoesOffWhenASourceIdMeetsAnotherContent() throws IOException {
        s3.put("data/p/x", new byte[] {1}, "same");
        PullResult first = pull(DatasetReference.ofPrefix("s3://data/p"));
        s3.put("data/p/x", new byte[] {2}, "same");
        Files.delete(directory.resolve("cache/blobs/sha256/"
                + first.manifest().entries().get(0).sha256().hex().substring(0, 2) + "/"
                + first.manifest().entries().get(0).sha256().hex()));
        into = directory.resolve("outside");
        fails(Kind.REFUSED, "Alarm", () -> pull(DatasetReference.ofPrefix("s3://data/p")));
        Manifest other = Manifest.of(
                "other",
                new Manifest.Source(first.version().sourceId(), "u"),
                "data",
                List.of(new Manifest.Entry("x", 1, Digest.of(new byte[] {2}), "p/x", null, "same", null)));
        Path file = directory.resolve("source/other.json");
        other.write(file);
        fails(Kind.REFUSED, "Alarm", () -> pullManifest(file.toString()));
    }

    @Test
    void aForeignDirectoryIsUntouched() throws IOException {
        String manifest = publish();
        Files.createDirectories(into);
        Files.writeString(into.resolve("mine"), "precious");
        fails(Kind.REFUSED, "not made by a pull", () -> pullManifest(manifest));
        assertThat(into.resolve("mine")).hasContent("precious");
        assertThat(into.toFile().list()).hasSize(1);
    }

    @Test
    void anEarlierPullIsReplacedWhole() throws IOException {
        pullManifest(publish());
        Files.delete(directory.resolve("source/labels.csv"));
        Files.writeString(directory.resolve("source/new"), "new");
        String second = publish();
        pullManifest(second);
        assertThat(into.resolve("labels.csv")).doesNotExist();
        assertThat(into.resolve("new")).hasContent("new");
        Files.writeString(into.resolve("notes"), "mine");
        fails(Kind.REFUSED, "'notes'", () -> pullManifest(second));
        assertThat(into.resolve("notes")).hasContent("mine");
        datasets.pull(
                DatasetReference.ofManifest(second),
                into,
                new PullOptions(1, PullOptions.Placement.COPY, Selection.ALL, true),
                ProgressListener.NONE);
        assertThat(into.resolve("notes")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(
            value = PullOptions.Placement.class,
            names = {"REFLINK", "COPY"})
    void whatIsNotLinkedMayBeWrittenToAndLeavesTheCacheAlone(PullOptions.Placement placement) throws IOException {
        String manifest = publish();
        PullOptions options = new PullOptions(2, placement, Selection.ALL, false);
        datasets.pull(DatasetReference.ofManifest(manifest), into, options, ProgressListener.NONE);
        assertPulled();
        Path file = into.resolve("images/1.png");
        assertThat(Files.getPosixFilePermissions(file)).contains(PosixFilePermission.OWNER_WRITE);
        Files.writeString(file, "mine");
        assertThat(into.resolve(".mlops/links")).doesNotExist();
        PullResult again = datasets.pull(DatasetReference.ofManifest(manifest), into, options, ProgressListener.NONE);
        assertThat(again.downloadedFiles()).isZero();
        assertPulled();
    }

    @Test
    void damageIsFoundByVerifyAndMendedByAPull() throws IOException {
        String manifest = publish();
        pullManifest(manifest);
        Path file = into.resolve("images/1.png");
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.writeString(file, "0ne");
        Files.delete(into.resolve("labels.csv"));
        Files.createSymbolicLink(into.resolve("link"), directory);
        assertThat(Datasets.verify(into, 2, ProgressListener.NONE).problems())
                .extracting(DatasetCheck.Problem::path)
                .contains("images/1.png", "labels.csv", "link");
        Files.delete(into.resolve("link"));
        pullManifest(manifest);
        assertPulled();
    }

    @Test
    void aPartialPullIsMarkedAndItsCheckKnows() throws IOException {
        String manifest = publish();
        PullOptions options = PullOptions.DEFAULT.withSelection(new Selection(List.of("*.png", "labels*"), 2));
        PullResult result = datasets.pull(DatasetReference.ofManifest(manifest), into, options, ProgressListener.NONE);
        assertThat(result.files()).isEqualTo(2);
        DatasetCheck check = Datasets.verify(into, 1, ProgressListener.NONE);
        assertThat(check.intact()).isTrue();
        assertThat(check.selection().isAll()).isFalse();
        assertThat(pullManifest(manifest).files()).isEqualTo(5);
        assertPulled();
    }

    @Test
    void jobsAreHonest() throws IOException {
        for (int i = 0; i < 40; i++) {
            s3.put("data/p/" + i, ("content " + i).getBytes(StandardCharsets.UTF_8));
        }
        datasets.pull(
                DatasetReference.ofPrefix("s3://data/p"),
                into,
                new PullOptions(3, PullOptions.Placement.HARDLINK, Selection.ALL, false),
                ProgressListener.NONE);
        assertThat(s3.mostConnections())
                .as("three that read, and the one that listed")
                .isLessThanOrEqualTo(4);
        assertThat(s3.connections()).isLessThanOrEqualTo(4);
    }

    @Test
    void oneDownloadServesAllWhoAsk() throws Exception {
        String manifest = publish();
        s3.forgetRequests();
        List<Thread> threads = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch start = new CountDownLatch(1);
        for (int i = 0; i < 4; i++) {
            Path target = directory.resolve("cache/t" + i);
            threads.add(new Thread(() -> {
                try (ObjectStore own = s3.connect()) {
                    start.await();
                    new Datasets(own, DatasetCache.at(directory.resolve("cache")))
                            .pull(
                                    DatasetReference.ofManifest(manifest),
                                    target,
                                    PullOptions.DEFAULT,
                                    ProgressListener.NONE);
                } catch (InterruptedException | RuntimeException e) {
                    failure.set(e);
                }
            }));
        }
        threads.forEach(Thread::start);
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(s3.requests("GET", "blobs/")).hasSize(4);
    }

    @Test
    void anInterruptedPullEndsAtOnceAndLeavesNothing() throws Exception {
        String manifest = publish();
        s3.misbehave("blobs/", Fault.STALL, Fault.STALL, Fault.STALL, Fault.STALL, Fault.STALL);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                pullManifest(manifest);
            } catch (RuntimeException e) {
                failure.set(e);
            }
        });
        thread.start();
        while (thread.isAlive() && s3.requests("GET", "blobs/").isEmpty()) {
            Thread.sleep(5);
        }
        thread.interrupt();
        thread.join(TimeUnit.SECONDS.toMillis(20));
        assertThat(failure.get())
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INTERRUPTED));
        assertNothingVisible();
    }
}
