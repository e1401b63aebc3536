package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.FaultyWay;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.UnfinishedUpload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * One pull or publication among faults, and a second without: the first has exactly the wanted outcome or fails in one
 * sentence with nothing to be seen of it, the second succeeds and moves nothing again that is whole already. What happens
 * follows from the seed, but for the moments of kills.
 */
final class FaultScenario {

    private static final Duration IMPATIENT = Duration.ofMillis(250);
    /** For a process, which begins slowly. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    private static final Duration PATIENT = Duration.ofSeconds(30);
    /** Nothing here takes so long, on a slow machine either. */
    private static final Duration HANGING = Duration.ofMinutes(5);

    /** How many parts of a file the disk has room for. */
    private static final int DISK_PARTS = 96;

    /** What befalls the client besides faults on the way. */
    enum Trouble {
        NONE,
        KILL,
        DISK_FULL,
        CLOCK
    }

    private final long seed;
    private final int partSize;
    private final Random random;
    private final Path directory;
    private final ObjectStoreSettings direct;
    private final FaultyWay way;
    private final S3Uri place;
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final Set<String> replaced = ConcurrentHashMap.newKeySet();
    private final FaultedWork.Operation operation;
    private final Trouble trouble;
    private Path room;
    private FaultedWork work;
    private Map<String, byte[]> before;
    private List<String> faults = List.of();

    /** @param partSize from which on files go in parts */
    FaultScenario(long seed, Path directory, ObjectStoreSettings direct, String bucket, FaultyWay way, int partSize) {
        this.partSize = partSize;
        this.seed = seed;
        this.random = new Random(FaultyWay.mixed(seed));
        this.directory = directory;
        this.direct = direct;
        this.way = way;
        this.place = new S3Uri(bucket, "s" + Long.toUnsignedString(seed, 36));
        this.operation = FaultedWork.Operation.values()[random.nextInt(FaultedWork.Operation.values().length)];
        int drawn = random.nextInt(100);
        Trouble wanted =
                drawn < 6 ? Trouble.KILL : drawn < 10 ? Trouble.DISK_FULL : drawn < 12 ? Trouble.CLOCK : Trouble.NONE;
        this.trouble = isPossible(wanted) ? wanted : Trouble.NONE;
    }

    /** Whether this machine has what it takes. */
    static boolean isPossible(Trouble trouble) {
        return switch (trouble) {
            case DISK_FULL -> SmallDisk.isPossible();
            case CLOCK -> FalseClock.library() != null;
            default -> true;
        };
    }

    Trouble trouble() {
        return trouble;
    }

    @Override
    public String toString() {
        return operation + (trouble == Trouble.NONE ? "" : " with " + trouble);
    }

    /** What went wrong on the way of the first, for people. */
    List<String> faults() {
        return faults;
    }

    void run() throws Exception {
        try (ObjectStore store = FaultedWork.connect(direct, PATIENT);
                SmallDisk disk = trouble == Trouble.DISK_FULL
                        ? SmallDisk.mount(directory.resolve("disk"), DISK_PARTS * partSize)
                        : null) {
            room = disk == null ? directory : disk.directory();
            prepare(store);
            way.begin(
                    seed,
                    trouble == Trouble.CLOCK ? 0 : List.of(0.03, 0.1, 0.3, 0.6).get(random.nextInt(4)));
            way.replacing(path -> replace(store, path));
            Outcome first;
            try {
                first = first(disk);
                way.awaitQuiet();
            } finally {
                faults = way.told();
            }
            check(first, store);
            restore(store);
            if (disk != null) {
                disk.empty();
            }
            again(store);
        }
    }

    /** How it ended: with null, or with what was said. */
    private record Outcome(Kind kind, String said) {
        static final Outcome DONE = new Outcome(null, null);
        static final Outcome KILLED = new Outcome(null, "killed");
    }

    // --- before

    private void prepare(ObjectStore store) throws IOException {
        int[] sizes = {0, 1, 100, 10_000, 100_000, partSize, partSize + 1, 2 * partSize + 100_000, 4 * partSize - 1};
        int count = 1 + random.nextInt(10);
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[sizes[random.nextInt(sizes.length)]];
            random.nextBytes(bytes);
            files.put(List.of("a/", "b c/", "\u00e4/", "").get(random.nextInt(4)) + "file " + i, bytes);
        }
        if (random.nextBoolean()) {
            files.put("copy", files.values().iterator().next());
        }
        Path source = directory.resolve("source");
        write(source, files);
        Path target = room.resolve(operation == FaultedWork.Operation.PUBLISH ? "none" : "into");
        String what =
                switch (operation) {
                    case MANIFEST -> publish(store, source);
                    case PREFIX -> prefix(store);
                    case DVC -> dvc(store);
                    case PUBLISH -> place.toString();
                };
        Path cache = room.resolve("cache");
        work = new FaultedWork(
                operation, what, operation == FaultedWork.Operation.PUBLISH ? source : target, cache, seed, partSize);
        if (operation != FaultedWork.Operation.PUBLISH && random.nextBoolean()) {
            before = Map.of("old", new byte[] {1, 2, 3});
            write(directory.resolve("earlier"), before);
            new Datasets(store, DatasetCache.at(cache))
                    .pull(
                            DatasetReference.ofManifest(publish(store, directory.resolve("earlier"))),
                            target,
                            PullOptions.DEFAULT,
                            ProgressListener.NONE);
        }
    }

    private static void write(Path directory, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }

    private String publish(ObjectStore store, Path source) {
        PublishResult published = new Datasets(store, DatasetCache.at(directory.resolve("publisher")))
                .publish(source, "published", place, PublishOptions.DEFAULT, ProgressListener.NONE);
        for (byte[] bytes : files.values()) {
            objects.put(
                    place.resolve(DatasetPublication.blobKey(Digest.of(bytes))).key(), bytes);
        }
        return published.location().toString();
    }

    private String prefix(ObjectStore store) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            put(store, place.resolve("p/" + file.getKey()).key(), file.getValue());
        }
        return place.resolve("p").toString();
    }

    private String dvc(ObjectStore store) throws IOException {
        StringBuilder list = new StringBuilder("[");
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            list.append(list.length() > 1 ? ", " : "")
                    .append("{\"md5\": \"" + md5(file.getValue()) + "\", \"relpath\": \"" + file.getKey() + "\"}");
            dvcPut(store, md5(file.getValue()), file.getValue());
        }
        byte[] listed = list.append("]").toString().getBytes(StandardCharsets.UTF_8);
        dvcPut(store, md5(listed) + ".dir", listed);
        long size = files.values().stream().mapToLong(bytes -> bytes.length).sum();
        Path project = directory.resolve("project");
        write(
                project,
                Map.of(
                        ".dvc/config",
                        ("[core]\n    remote = s\n['remote \"s\"']\n    url = " + place.resolve("dvc") + "\n")
                                .getBytes(StandardCharsets.UTF_8),
                        FaultedWork.NAME + ".dvc",
                        ("outs:\n- md5: " + md5(listed) + ".dir\n  size: " + size + "\n  nfiles: " + files.size()
                                        + "\n  hash: md5\n  path: " + FaultedWork.NAME + "\n")
                                .getBytes(StandardCharsets.UTF_8)));
        return project.toString();
    }

    private void dvcPut(ObjectStore store, String md5, byte[] bytes) throws IOException {
        put(
                store,
                place.resolve("dvc/files/md5/" + md5.substring(0, 2) + "/" + md5.substring(2))
                        .key(),
                bytes);
    }

    private void put(ObjectStore store, String key, byte[] bytes) throws IOException {
        Path file = Files.createTempFile(directory, "object", "");
        Files.write(file, bytes);
        store.put(new S3Uri(place.bucket(), key), LocalFile.read(file));
        Files.delete(file);
        objects.put(key, bytes);
    }

    private static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    // --- faults

    private void replace(ObjectStore store, String path) {
        String key = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8)
                .substring(place.bucket().length() + 2);
        byte[] there = objects.get(key);
        if (there == null || there.length == 0) {
            return; // a manifest
        }
        byte[] other = new byte[there.length];
        Arrays.fill(other, (byte) 7);
        try {
            Path file = Files.createTempFile(directory, "other", "");
            Files.write(file, other);
            store.put(new S3Uri(place.bucket(), key), LocalFile.read(file));
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        replaced.add(key);
    }

    /** A replaced file of a prefix is a new state of it; elsewhere somebody mends the store. */
    private void restore(ObjectStore store) throws IOException {
        for (String key : replaced) {
            if (operation == FaultedWork.Operation.PREFIX) {
                byte[] other = new byte[objects.get(key).length];
                Arrays.fill(other, (byte) 7);
                files.put(key.substring(place.resolve("p/").key().length()), other);
            } else {
                put(store, key, objects.get(key));
            }
        }
    }

    private Outcome first(SmallDisk disk) throws Exception {
        int at = 1 + random.nextInt(14);
        AtomicInteger count = new AtomicInteger();
        switch (trouble) {
            case KILL -> {
                return inProcess(SHORT, at, random.nextInt(200), null);
            }
            case CLOCK -> {
                FalseClock clock = new FalseClock(directory.resolve("clock"));
                String by = random.nextBoolean() ? "+2d" : "-1h";
                way.atRequest(() -> {
                    if (count.incrementAndGet() == at % 5) {
                        clock.jump(by);
                    }
                });
                return inProcess(PATIENT, Integer.MAX_VALUE, 0, clock); // what fails is to be the clock
            }
            case DISK_FULL -> {
                int left = random.nextInt(6 * partSize);
                way.atRequest(() -> {
                    if (count.incrementAndGet() == at) {
                        disk.fill(left);
                    }
                });
                return inThread(IMPATIENT);
            }
            default -> {
                return inThread(IMPATIENT);
            }
        }
    }

    private Outcome inThread(Duration readTimeout) throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try (ObjectStore store = FaultedWork.connect(way.settings(direct), readTimeout)) {
                work.perform(store);
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        thread.start();
        thread.join(HANGING.toMillis());
        if (thread.isAlive()) {
            String where = Thread.getAllStackTraces().entrySet().stream()
                    .filter(other -> other.getKey().getName().startsWith("mlops") || other.getKey() == thread)
                    .map(other -> other.getKey().getName() + "\n  " + Arrays.toString(other.getValue()))
                    .toList()
                    .toString();
            thread.interrupt();
            throw new AssertionError(this + " hangs: " + where);
        }
        if (thrown.get() == null) {
            return Outcome.DONE;
        }
        if (thrown.get() instanceof MlopsException told) {
            return new Outcome(told.kind(), told.getMessage());
        }
        throw new AssertionError(this + " threw what no user can act on", thrown.get());
    }

    private Outcome inProcess(Duration readTimeout, int killAt, int later, FalseClock clock) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(work.command(way.settings(direct), readTimeout)).redirectErrorStream(true);
        Path log = directory.resolve("log");
        builder.redirectOutput(log.toFile());
        if (clock != null) {
            clock.applyTo(builder.environment());
        }
        Process process = builder.start();
        AtomicInteger count = new AtomicInteger();
        if (clock == null) {
            way.atRequest(() -> {
                if (count.incrementAndGet() == killAt) {
                    try {
                        TimeUnit.MILLISECONDS.sleep(later);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    process.destroyForcibly();
                }
            });
        }
        if (!process.waitFor(HANGING.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(this + " hangs in a process of its own");
        }
        String said = Files.readString(log).strip();
        if (process.exitValue() == 0) {
            return Outcome.DONE;
        }
        if (process.exitValue() > 1) {
            return Outcome.KILLED;
        }
        int blank = said.indexOf(' ');
        assertThat(Arrays.stream(Kind.values()).map(Kind::name))
                .as("%s said: %s", this, said)
                .contains(said.substring(0, Math.max(0, blank)));
        Kind kind = Kind.valueOf(said.substring(0, blank));
        return new Outcome(kind, said.substring(blank + 1));
    }

    // --- what must hold

    private void check(Outcome outcome, ObjectStore store) throws IOException {
        assertThat(way.followed()).as("%s followed a redirect", this).isZero();
        if (outcome.kind() != null) {
            assertThat(outcome.said())
                    .as("%s", this)
                    .hasSizeBetween(20, 1500)
                    .doesNotContain("Exception", "\tat ")
                    .doesNotContainPattern("(?<!['])\\bnull\\b");
            if (!outcome.said().contains("are not in the store")
                    && !outcome.said().contains("is not in the store")) {
                assertThat(outcome.said()).as("%s", this).doesNotContain("\n");
            }
            assertThat(outcome.kind()).as("%s: %s", this, outcome.said()).isNotEqualTo(Kind.INTERRUPTED);
            if (trouble == Trouble.CLOCK) {
                assertThat(outcome.said()).as("%s", this).contains("clocks");
            }
        }
        if (operation == FaultedWork.Operation.PUBLISH) {
            checkStore(store, outcome == Outcome.DONE);
        } else if (outcome == Outcome.DONE) {
            assertThat(holds(files)).as("%s says that it is done", this).isTrue();
        } else {
            boolean asBefore = Files.exists(work.directory()) ? before != null && holds(before) : before == null;
            boolean killed = outcome == Outcome.KILLED;
            assertThat(asBefore || killed && (!Files.exists(work.directory()) || holds(files)))
                    .as("%s ended with %s and left something", this, outcome)
                    .isTrue();
        }
        if (outcome != Outcome.KILLED) {
            checkNeighbours();
        }
    }

    private boolean holds(Map<String, byte[]> wanted) throws IOException {
        return holds(work.directory(), wanted);
    }

    private static boolean holds(Path directory, Map<String, byte[]> wanted) throws IOException {
        Set<String> found = new HashSet<>();
        DirectoryWalk walk = new DirectoryWalk(directory);
        for (DirectoryWalk.Found file = walk.next(); file != null; file = walk.next()) {
            found.add(file.path());
        }
        if (!found.equals(wanted.keySet())) {
            return false;
        }
        for (Map.Entry<String, byte[]> file : wanted.entrySet()) {
            if (!Arrays.equals(Files.readAllBytes(directory.resolve(file.getKey())), file.getValue())) {
                return false;
            }
        }
        return true;
    }

    private void checkNeighbours() throws IOException {
        try (Stream<Path> beside = Files.list(room)) {
            assertThat(beside.map(path -> path.getFileName().toString()))
                    .as("%s left something beside its target", this)
                    .allMatch(name -> !name.startsWith("."));
        }
    }

    /** Every manifest that is there is one of a version that is there. */
    private void checkStore(ObjectStore store, boolean published) throws IOException {
        List<S3Uri> manifests = new ArrayList<>();
        store.list(place.resolve(FaultedWork.NAME + "/manifests/"), object -> manifests.add(object.location()));
        assertThat(manifests.size()).as("%s", this).isBetween(published ? 1 : 0, 1);
        for (S3Uri manifest : manifests) {
            Path copy = directory.resolve("copy");
            FileTree.delete(copy);
            FileTree.delete(directory.resolve("reader"));
            new Datasets(store, DatasetCache.at(directory.resolve("reader")))
                    .pull(
                            DatasetReference.ofManifest(manifest.toString()),
                            copy,
                            PullOptions.DEFAULT,
                            ProgressListener.NONE);
            assertThat(holds(copy, files))
                    .as("%s published something else", this)
                    .isTrue();
        }
    }

    // --- the repeat

    private void again(ObjectStore store) throws Exception {
        Map<String, Long> most = stillToMove(store);
        way.begin(seed, 0);
        Outcome second = inThread(PATIENT);
        assertThat(second).as("%s: the repeat", this).isEqualTo(Outcome.DONE);
        Map<String, Long> moved = operation == FaultedWork.Operation.PUBLISH ? way.stored() : way.sent();
        most.forEach((path, bytes) -> assertThat(moved.getOrDefault(path, 0L))
                .as("%s: bytes of %s moved by the repeat", this, path)
                .isLessThanOrEqualTo(bytes));
        if (operation == FaultedWork.Operation.PUBLISH) {
            checkStore(store, true);
            List<UnfinishedUpload> left = new ArrayList<>();
            store.unfinishedUploads(place.resolve("blobs/"), left::add);
            // One whose beginning was answered to nobody is known to nobody, if its file is there by now.
            boolean unheard = faults.stream().anyMatch(fault -> fault.contains("?uploads="));
            assertThat(unheard ? List.of() : left)
                    .as("%s: left by the repeat", this)
                    .isEmpty();
        } else {
            assertThat(holds(files)).as("%s: the repeat", this).isTrue();
            assertThat(Datasets.verify(work.directory(), 1, ProgressListener.NONE)
                            .problems())
                    .isEmpty();
        }
        checkNeighbours();
    }

    /** How many bytes of an object's path a repeat may move, where something is whole already. */
    private Map<String, Long> stillToMove(ObjectStore store) throws IOException {
        Map<String, Long> most = new TreeMap<>();
        DatasetCache cache = DatasetCache.at(work.cache());
        boolean knowsDigests = operation == FaultedWork.Operation.MANIFEST;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            byte[] bytes = file.getValue();
            Digest digest = Digest.of(bytes);
            String blob = "/" + place.bucket() + "/"
                    + place.resolve(DatasetPublication.blobKey(digest)).key();
            if (operation == FaultedWork.Operation.PUBLISH) {
                boolean there = store.stat(place.resolve(DatasetPublication.blobKey(digest)))
                        .isPresent();
                most.put(blob, there ? 0L : bytes.length);
            } else if (knowsDigests) {
                Path partial = work.cache().resolve("partial").resolve(digest.hex());
                boolean goesOn = Files.exists(partial)
                        && Files.exists(partial.resolveSibling(partial.getFileName() + PartialFile.ETAG))
                        && faults.stream().noneMatch(fault -> fault.contains("ETAG") || fault.contains("REPLACED"));
                // What was left may be spoilt: it is gone on with, found to be wrong, and begun anew.
                boolean spoilt = faults.stream()
                        .anyMatch(fault -> fault.contains("WRONG_BYTES") || fault.contains("FALSE_RANGE"));
                long rest = bytes.length - (goesOn && !spoilt ? Files.size(partial) : 0);
                most.put(blob, cache.has(digest, bytes.length) ? 0L : rest + (spoilt ? bytes.length : 0));
            }
        }
        return most;
    }
}
