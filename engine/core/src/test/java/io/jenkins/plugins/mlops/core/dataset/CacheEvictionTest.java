package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheEvictionTest {

    private static final int SIZE = 100;

    @TempDir
    private Path directory;

    private DatasetCache cache;
    private FaultyS3 s3;
    private ObjectStore store;

    @BeforeEach
    void setUp() throws IOException {
        cache = DatasetCache.at(directory.resolve("cache"));
        s3 = new FaultyS3();
        store = s3.connect();
    }

    @AfterEach
    void tearDown() throws IOException {
        store.close();
        s3.close();
    }

    /** A verified file of {@link #SIZE} bytes that was used last so many days ago. */
    private Digest cached(int number, int daysAgo) throws IOException {
        byte[] bytes = new byte[SIZE];
        bytes[0] = (byte) number;
        Digest digest = Digest.of(bytes);
        Path blob = cache.blob(digest);
        Files.createDirectories(blob.getParent());
        Files.write(blob, bytes);
        BlobFile.seal(blob);
        BlobFile.setTimes(blob, BlobFile.SEALED, FileTime.from(Instant.now().minus(Duration.ofDays(daysAgo))));
        return digest;
    }

    private EvictionResult evict(Long maxBytes, Duration maxAge) {
        return cache.evict(new EvictionLimits(maxBytes, maxAge), false, ProgressListener.NONE);
    }

    private boolean has(Digest digest) {
        return Files.exists(cache.blob(digest));
    }

    private String publish(String name, int files) throws IOException {
        Path source = directory.resolve("source-" + name);
        Files.createDirectories(source);
        for (int i = 0; i < files; i++) {
            Files.writeString(source.resolve(i + ".txt"), name + i);
        }
        return new Datasets(store, cache)
                .publish(source, name, S3Uri.parse("s3://data/store"), PublishOptions.DEFAULT, ProgressListener.NONE)
                .location()
                .toString();
    }

    private PullResult pull(DatasetCache with, String manifest, String into, PullOptions options) {
        return new Datasets(store, with)
                .pull(DatasetReference.ofManifest(manifest), directory.resolve(into), options, ProgressListener.NONE);
    }

    private static PullOptions copies() {
        return new PullOptions(4, PullOptions.Placement.COPY, Selection.ALL, false);
    }

    @Test
    void theLeastRecentlyUsedGoFirst() throws IOException {
        Digest newest = cached(1, 1);
        Digest oldest = cached(2, 9);
        Digest older = cached(3, 5);
        EvictionResult dry = cache.evict(new EvictionLimits(150L, null), true, ProgressListener.NONE);
        assertThat(dry.evicted()).isEqualTo(new CacheStats.Amount(2, 200));
        assertThat(List.of(has(newest), has(older), has(oldest))).containsExactly(true, true, true);
        assertThat(evict(150L, null)).isEqualTo(dry);
        assertThat(List.of(has(newest), has(older), has(oldest))).containsExactly(true, false, false);
        assertThat(dry.left()).isEqualTo(SIZE);
    }

    @Test
    void whatNobodyUsedForTheTimeGoes() throws IOException {
        Digest used = cached(1, 6);
        Digest unused = cached(2, 8);
        assertThat(evict(null, Duration.ofDays(7)).evicted().files()).isEqualTo(1);
        assertThat(has(used)).isTrue();
        assertThat(has(unused)).isFalse();
    }

    @Test
    void aUseIsRememberedOnceAnHour() throws IOException {
        Digest used = cached(1, 8);
        Digest unused = cached(2, 7);
        assertThat(cache.has(used, SIZE)).isTrue();
        FileTime first = lastUse(used);
        assertThat(first.toInstant()).isAfter(Instant.now().minus(Duration.ofMinutes(5)));
        assertThat(cache.has(used, SIZE)).isTrue();
        assertThat(lastUse(used)).isEqualTo(first);
        evict(100L, null);
        assertThat(has(used)).isTrue();
        assertThat(has(unused)).isFalse();
    }

    private FileTime lastUse(Digest digest) throws IOException {
        return Files.readAttributes(cache.blob(digest), BasicFileAttributes.class)
                .lastAccessTime();
    }

    @Test
    void whatIsLinkedIntoDirectoriesStaysAndIsCounted() throws IOException {
        String manifest = publish("linked", 3);
        pull(cache, manifest, "into", PullOptions.DEFAULT);
        Digest free = cached(1, 0);
        EvictionResult result = evict(0L, null);
        assertThat(result.evicted().files()).isEqualTo(1);
        assertThat(result.linked().files()).isEqualTo(3);
        assertThat(has(free)).isFalse();
        assertThat(pull(cache, manifest, "again", copies()).downloadedFiles()).isZero();
    }

    @Test
    void whatAProcessHoldsStaysUntilItIsKilled() throws Exception {
        Digest held = cached(1, 9);
        Digest free = cached(2, 1);
        try (CacheProcess process = CacheProcess.start("hold", cache.directory().toString(), held.toString())
                .awaitReady()) {
            assertThat(evict(0L, null).held()).isEqualTo(new CacheStats.Amount(1, SIZE));
            assertThat(has(held)).isTrue();
            assertThat(has(free)).isFalse();
            assertThat(cache.stats(ProgressListener.NONE).holders())
                    .singleElement()
                    .satisfies(holder -> assertThat(holder.files()).isEqualTo(1));
            process.kill();
        }
        assertThat(evict(0L, null).evicted().files()).isEqualTo(1);
        assertThat(has(held)).isFalse();
        assertThat(cache.directory().resolve(CacheLeases.DIRECTORY)).isEmptyDirectory();
    }

    @Test
    void whatAThreadOfThisProcessHoldsStaysUntilItLetsGo() throws IOException {
        Digest held = cached(1, 9);
        try (CacheLease lease = cache.lease()) {
            lease.hold(List.of(held));
            assertThat(evict(0L, null).evicted().files()).isZero();
        }
        assertThat(evict(0L, null).evicted().files()).isEqualTo(1);
        assertThat(cache.directory().resolve(CacheLeases.DIRECTORY)).isEmptyDirectory();
    }

    @Test
    void aProcessThatIsKilledInTheGateLeavesItOpen() throws Exception {
        cached(1, 9);
        try (CacheProcess process =
                CacheProcess.start("gate", cache.directory().toString()).awaitReady()) {
            assertThat(cache.locks().trying(CacheLeases.GATE, () -> null)).isFalse();
            process.kill();
        }
        assertThat(evict(0L, null).evicted().files()).isEqualTo(1);
    }

    @Test
    void aCacheThatWasRemovedAndMadeAnewHasOtherLocks() throws Exception {
        Digest held = cached(1, 9);
        assertThat(evict(null, null).evicted().files()).isZero();
        FileTree.delete(cache.directory());
        cached(1, 9);
        DatasetCache again = DatasetCache.at(cache.directory());
        try (CacheProcess process = CacheProcess.start("hold", cache.directory().toString(), held.toString())
                .awaitReady()) {
            assertThat(again.evict(new EvictionLimits(0L, null), false, ProgressListener.NONE)
                            .held()
                            .files())
                    .isEqualTo(1);
            process.end();
        }
    }

    @Test
    void aNamedLeaseHoldsUntilItsTimeOrUntilItIsLetGo() throws IOException {
        Digest first = cached(1, 9);
        Digest second = cached(2, 9);
        cache.hold("build 7", List.of(first), Instant.now().plusSeconds(600));
        cache.hold("build 8", List.of(second), Instant.now().minusSeconds(1));
        assertThat(evict(0L, null).evicted().files()).isEqualTo(1);
        assertThat(has(first)).isTrue();
        assertThat(has(second)).isFalse();
        cache.letGo("build 7");
        evict(0L, null);
        assertThat(has(first)).isFalse();
        assertThatThrownBy(() -> cache.hold("a\nb", List.of(), Instant.now())).isInstanceOf(MlopsException.class);
    }

    @Test
    void aPullForABuildLeavesItsFilesHeld() throws IOException {
        String manifest = publish("build", 3);
        pull(cache, manifest, "into", copies().holding(new CacheTerm("build 7", Duration.ofHours(1))));
        Digest free = cached(1, 0);
        EvictionResult result = evict(0L, null);
        assertThat(result.held().files()).isEqualTo(3);
        assertThat(has(free)).isFalse();
        pull(cache, manifest, "into", copies().holding(new CacheTerm("build 8", Duration.ofHours(1))));
        cache.letGo("build 7");
        assertThat(evict(0L, null).held().files()).isEqualTo(3);
        cache.letGo("build 8");
        assertThat(evict(0L, null).evicted().files()).isEqualTo(3);
    }

    @Test
    void aBuildThatTakesLongerHasItsFilesHeldLonger() throws IOException {
        String manifest = publish("build", 3);
        pull(cache, manifest, "into", copies().holding(new CacheTerm("build 7", Duration.ofNanos(1))));
        assertThat(cache.prolong("build 7", Instant.now().plusSeconds(600))).isTrue();
        assertThat(cache.prolong("build 8", Instant.now().plusSeconds(600))).isFalse();
        assertThat(evict(0L, null).held().files()).isEqualTo(3);
        cache.prolong("build 7", Instant.now().minusSeconds(1));
        assertThat(evict(0L, null).evicted().files()).isEqualTo(3);
    }

    @Test
    void aLeaseThatCannotBeReadStopsTheEviction() throws IOException {
        Digest file = cached(1, 9);
        Path lease = cache.directory().resolve(CacheLeases.DIRECTORY).resolve("named-x");
        Files.createDirectories(lease.getParent());
        Files.writeString(lease, "mlops-lease/2 -\n");
        assertThatThrownBy(() -> evict(0L, null)).hasMessageContaining("cannot be read");
        assertThat(has(file)).isTrue();
    }

    @Test
    void downloadsThatNobodyGoesOnWithGo() throws IOException {
        Path partial = cache.directory().resolve("partial");
        Files.createDirectories(partial);
        Path stale = Files.writeString(partial.resolve(Digest.of("a").hex()), "aaa");
        Path held = Files.writeString(partial.resolve(Digest.of("b").hex()), "bbb");
        Path fresh = Files.writeString(partial.resolve(Digest.of("c").hex()), "ccc");
        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(8)));
        BlobFile.setTimes(stale, longAgo, longAgo);
        BlobFile.setTimes(held, longAgo, longAgo);
        cache.holding(Digest.of("b").toString(), () -> {
            assertThat(evict(null, null).partial()).isEqualTo(new CacheStats.Amount(1, 3));
            return null;
        });
        assertThat(List.of(Files.exists(stale), Files.exists(held), Files.exists(fresh)))
                .containsExactly(false, true, true);
    }

    @Test
    void notesOfObjectsGoWithTheirFilesAndThoseOfPrefixesWhenForgotten() throws IOException {
        s3.put("data/p/a", new byte[] {1});
        Datasets datasets = new Datasets(store, cache);
        datasets.pull(
                DatasetReference.ofPrefix("s3://data/p"), directory.resolve("into"), copies(), ProgressListener.NONE);
        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(100)));
        List<Path> notes = new ArrayList<>();
        for (String kind : List.of("objects", "prefixes", "bindings")) {
            try (Stream<Path> files = Files.walk(cache.directory().resolve(kind))) {
                files.filter(Files::isRegularFile).forEach(notes::add);
            }
        }
        assertThat(notes).hasSize(3);
        assertThat(evict(null, null).notes().files()).isZero();
        for (Path note : notes) {
            BlobFile.setTimes(note, longAgo, longAgo);
        }
        assertThat(evict(0L, null).notes().files()).isEqualTo(2);
        assertThat(notes.stream().filter(Files::exists).toList()).containsExactly(notes.get(2));
    }

    @Test
    void pullsAreExactWhileAnotherProcessEvictsAllItCan() throws Exception {
        String manifest = publish("busy", 60);
        for (int i = 0; i < 30; i++) {
            s3.put("data/prefix/" + i, ("prefix " + i).getBytes(StandardCharsets.UTF_8));
        }
        try (CacheProcess evicting =
                CacheProcess.start("evict", cache.directory().toString()).awaitReady()) {
            Datasets datasets = new Datasets(store, cache);
            for (int i = 0; i < 12; i++) {
                Path into = directory.resolve("into" + i);
                PullOptions options = i % 2 == 0 ? copies() : PullOptions.DEFAULT;
                datasets.pull(
                        i % 3 == 0
                                ? DatasetReference.ofPrefix("s3://data/prefix")
                                : DatasetReference.ofManifest(manifest),
                        into,
                        options,
                        ProgressListener.NONE);
                assertThat(Datasets.verify(into, 2, ProgressListener.NONE).problems())
                        .isEmpty();
                FileTree.delete(into);
            }
            assertThat(Integer.parseInt(evicting.end())).isPositive();
        }
    }

    @Test
    void evictionsThatAreKilledAtAnyMomentHarmNoPull() throws Exception {
        String manifest = publish("killed", 40);
        for (int i = 0; i < 3; i++) {
            try (CacheProcess evicting =
                    CacheProcess.start("evict", cache.directory().toString()).awaitReady()) {
                Path into = directory.resolve("into" + i);
                Thread killer = new Thread(() -> {
                    try {
                        Thread.sleep(new Random().nextInt(300));
                        evicting.kill();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                killer.start();
                for (int j = 0; j < 4; j++) {
                    pull(cache, manifest, into.toString(), copies());
                    assertThat(Datasets.verify(into, 2, ProgressListener.NONE).problems())
                            .isEmpty();
                    FileTree.delete(into);
                }
                killer.join();
            }
        }
        assertThat(evict(0L, null).left()).isZero();
    }

    @Test
    void aPullAfterTheCacheWasRemovedMakesItAnew() throws IOException {
        String manifest = publish("again", 3);
        Datasets datasets = new Datasets(store, cache);
        for (String into : List.of("one", "two")) {
            datasets.pull(
                    DatasetReference.ofManifest(manifest), directory.resolve(into), copies(), ProgressListener.NONE);
            FileTree.delete(cache.directory());
        }
        assertThat(Datasets.verify(directory.resolve("two"), 1, ProgressListener.NONE)
                        .intact())
                .isTrue();
    }

    @Test
    void whatIsPurgedLeavesTheQuarantineToo() throws IOException {
        Digest purged = cached(1, 0);
        Digest other = cached(2, 0);
        for (Digest damaged : List.of(purged, other)) {
            Files.delete(cache.blob(damaged));
            Files.writeString(cache.blob(damaged), "damaged");
        }
        assertThat(cache.verify(2, ProgressListener.NONE).damaged()).hasSize(2);
        assertThat(cache.purge(List.of(purged))).isEqualTo(1);
        assertThat(cache.stats(ProgressListener.NONE).quarantined()).isEqualTo(new CacheStats.Amount(1, 7));
    }

    @Test
    void aPullThatFindsADamagedFileFetchesItAnewAndKeepsTheDamagedOne() throws IOException {
        String manifest = publish("found", 1);
        pull(cache, manifest, "one", copies());
        Path blob = cache.blob(Digest.of("found0"));
        Files.delete(blob);
        Files.writeString(blob, "fount0");
        assertThat(pull(cache, manifest, "two", copies()).downloadedFiles()).isEqualTo(1);
        assertThat(directory.resolve("two/0.txt")).hasContent("found0");
        assertThat(cache.stats(ProgressListener.NONE).quarantined()).isEqualTo(new CacheStats.Amount(1, 6));
    }

    @Test
    void aPullThatFillsTheCacheEvictsWhatWasUsedLongAgo() throws IOException {
        Digest old = cached(1, 30);
        String first = publish("first", 5);
        String second = publish("second", 5);
        DatasetCache limited = cache.limitedTo(120L);
        pull(limited, first, "one", copies());
        assertThat(has(old)).as("100 + 5 * 6 bytes are more than 120").isFalse();
        assertThat(cache.stats(ProgressListener.NONE).bytes()).isEqualTo(30);
        pull(limited, second, "two", copies());
        assertThat(cache.stats(ProgressListener.NONE).bytes())
                .as("counted without looking")
                .isEqualTo(65);
    }

    @Test
    void anEvictionThatFailsDoesNotFailThePull() throws IOException {
        String manifest = publish("first", 5);
        cached(1, 30);
        Path lease = cache.directory().resolve(CacheLeases.DIRECTORY).resolve("named-x");
        Files.createDirectories(lease.getParent());
        Files.writeString(lease, "nonsense\n");
        assertThat(pull(cache.limitedTo(0L), manifest, "one", copies()).downloadedFiles())
                .isEqualTo(5);
    }
}
