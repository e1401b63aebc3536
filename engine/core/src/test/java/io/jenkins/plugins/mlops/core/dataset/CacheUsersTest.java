package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.FaultyS3.Fault;
import io.jenkins.plugins.mlops.core.store.FaultyWay;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoreFault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two users, neither of them root, with one cache. Only root can become them: skipped elsewhere. */
class CacheUsersTest {

    private static final int GROUP = 54_321;
    private static final int FIRST = 54_322;
    private static final int SECOND = 54_323;
    private static final byte[] BIG = new byte[2_000_000];

    static {
        new Random(1).nextBytes(BIG);
    }

    @TempDir
    private Path directory;

    private FaultyS3 s3;
    private String manifest;
    private String classPath;

    @BeforeEach
    void setUp() throws IOException {
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(directory, "unix:uid"))
                        && Files.isExecutable(Path.of("/usr/bin/setpriv")),
                "needs root and setpriv to work as two users");
        Files.setAttribute(directory, "unix:mode", 0755);
        classPath = CacheProcess.publicClassPath(Files.createDirectory(directory.resolve("classes")));
        s3 = new FaultyS3();
        Path source = Files.createDirectory(directory.resolve("source"));
        Files.writeString(source.resolve("a"), "a");
        Files.write(source.resolve("big"), BIG);
        try (ObjectStore store = s3.connect()) {
            manifest = new Datasets(store, DatasetCache.at(directory.resolve("own")))
                    .publish(
                            source,
                            "demo",
                            S3Uri.parse("s3://data/store"),
                            PublishOptions.DEFAULT,
                            ProgressListener.NONE)
                    .location()
                    .toString();
        }
    }

    @AfterEach
    void tearDown() throws IOException {
        if (s3 != null) {
            s3.close();
        }
    }

    private Path cache(int owner, int mode) throws IOException {
        Path cache = Files.createDirectory(directory.resolve("cache"));
        Files.setAttribute(cache, "unix:uid", owner);
        Files.setAttribute(cache, "unix:gid", GROUP);
        Files.setAttribute(cache, "unix:mode", mode);
        return cache;
    }

    /** A pull with a umask that lets nobody else do anything. */
    private CacheProcess pull(int user, String into) throws IOException {
        Path home = Files.createDirectories(directory.resolve("home-" + user));
        Files.setAttribute(home, "unix:uid", user);
        return start(user, s3.endpoint(), "pull", manifest, home.resolve(into).toString());
    }

    private CacheProcess publish(int user, FaultyWay way, Path data) throws IOException {
        return start(user, way.endpoint(), "publish", data.toString());
    }

    private String uploadNote() throws IOException {
        Path notes = directory.resolve("cache/uploads");
        if (!Files.isDirectory(notes)) {
            return "";
        }
        try (Stream<Path> files = Files.list(notes)) {
            Optional<Path> note = files.findAny();
            return note.isPresent() ? Files.readString(note.get()) : "";
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!condition.call()) {
            assertThat(System.nanoTime()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private CacheProcess start(int user, URI endpoint, String what, String... arguments) throws IOException {
        return CacheProcess.start(
                List.of(
                        "setpriv",
                        "--reuid=" + user,
                        "--regid=" + user,
                        "--groups=" + GROUP,
                        "sh",
                        "-c",
                        "umask 077; exec \"$@\"",
                        "sh"),
                classPath,
                Stream.concat(
                                Stream.of(what, directory.resolve("cache").toString(), endpoint.toString()),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    @Test
    void oneGoesOnWithWhatTheOtherBeganToPublish() throws Exception {
        cache(FIRST, 02770);
        Path data = Files.createDirectory(directory.resolve("data"));
        byte[] large = new byte[4 * CacheProcess.PART - 10];
        new Random(2).nextBytes(large);
        Files.write(data.resolve("large"), large);
        Files.writeString(data.resolve("small"), "small");
        try (FaultyWay way = new FaultyWay(s3.endpoint())) {
            way.plan((request, times) ->
                    request.target().matches(".*partNumber=[34].*") ? StoreFault.STALL_BEFORE : null);
            try (CacheProcess first = publish(FIRST, way, data)) {
                await(() -> uploadNote().lines().count() == 8); // its head, and two parts
                first.kill();
            }
            way.plan(null);
            way.begin(1, 0);
            try (CacheProcess second = publish(SECOND, way, data)) {
                assertThat(second.await()).isEqualTo("1");
            }
            assertThat(way.received())
                    .as("the parts that the other has sent are not sent again")
                    .containsEntry(
                            "/data/store/" + DatasetPublication.blobKey(Digest.of(large)), 2L * CacheProcess.PART - 10);
            try (CacheProcess first = publish(FIRST, way, data)) {
                assertThat(first.await()).isEqualTo("0");
            }
        }
        assertThat(s3.get("data/store/" + DatasetPublication.blobKey(Digest.of(large))))
                .isEqualTo(large);
        try (Stream<Path> files = Files.walk(directory.resolve("cache"))) {
            assertThat(files.toList())
                    .allSatisfy(file -> assertThat((Integer) Files.getAttribute(file, "unix:mode")
                                    & (Files.isDirectory(file) ? 02070 : 0060))
                            .as(file.toString())
                            .isEqualTo(Files.isDirectory(file) ? 02070 : 0060));
        }
    }

    @Test
    void theyShareWhatIsWritableForTheirGroupWhateverTheirUmask() throws Exception {
        cache(FIRST, 02770);
        String big = Digest.of(BIG).hex();
        s3.misbehave(big, Fault.TRUNCATE, Fault.DENIED);
        try (CacheProcess first = pull(FIRST, "data")) {
            assertThat(first.await()).contains("AccessDenied");
        }
        s3.forgetRequests();
        try (CacheProcess second = pull(SECOND, "data")) {
            assertThat(second.await()).startsWith("1");
        }
        assertThat(s3.requests("GET", big))
                .as("one goes on with what the other began")
                .singleElement()
                .satisfies(get -> assertThat(get.headers()).containsEntry("range", "bytes=1000000-"));
        try (CacheProcess first = pull(FIRST, "data")) {
            assertThat(first.await()).isEqualTo("0");
        }
        for (int user : List.of(FIRST, SECOND)) {
            Path data = directory.resolve("home-" + user + "/data");
            assertThat(data.resolve("a")).hasContent("a");
            assertThat(data.resolve("big")).hasBinaryContent(BIG);
        }
        boolean isProtected = Files.readString(Path.of("/proc/sys/fs/protected_hardlinks"))
                .strip()
                .equals("1");
        assertThat(Files.getAttribute(directory.resolve("home-" + FIRST + "/data/big"), "unix:nlink"))
                .as("another user's file is linked where that is allowed, else copied")
                .isEqualTo(isProtected ? 1 : 3);
        try (Stream<Path> files = Files.walk(directory.resolve("cache"))) {
            assertThat(files.toList()).allSatisfy(file -> {
                assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(GROUP);
                int mode = (Integer) Files.getAttribute(file, "unix:mode");
                assertThat(mode & (Files.isDirectory(file) ? 02070 : 0040))
                        .as(file + " " + Integer.toOctalString(mode))
                        .isEqualTo(Files.isDirectory(file) ? 02070 : 0040);
            });
        }
        DatasetCache.at(directory.resolve("cache")).evict(EvictionLimits.NONE, false, ProgressListener.NONE);
    }

    @Test
    void aCacheThatOneMayNotWriteToIsSaidSo() throws Exception {
        cache(FIRST, 0755);
        try (CacheProcess first = pull(FIRST, "data")) {
            assertThat(first.await()).isEqualTo("2");
        }
        try (CacheProcess second = pull(SECOND, "data")) {
            assertThat(second.await())
                    .contains("MlopsException: This user may not write to")
                    .contains("of the dataset cache " + directory.resolve("cache"))
                    .contains("chmod -R g+rwXs");
            assertThat(second.exitCode()).isNotZero();
        }
        assertThat(directory.resolve("home-" + SECOND + "/data")).doesNotExist();
    }
}
