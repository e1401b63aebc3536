package io.jenkins.plugins.mlops.core.dvc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.TestBuckets;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories that real DVC has made, of the last 2 and of 3, in a real S3 server; what is pulled is what DVC had added. */
class DvcIT {

    private static final String ENDPOINT = System.getenv("MLOPS_TEST_S3");
    private static final String DVC2 = System.getenv("MLOPS_TEST_DVC2");
    private static final String DVC3 = System.getenv("MLOPS_TEST_DVC3");
    private static final int MEBIBYTE = 1 << 20;

    @TempDir
    private Path directory;

    private ObjectStoreSettings settings;
    private ObjectStore store;
    private String bucket;

    @BeforeEach
    void connect() throws IOException {
        assumeTrue(ENDPOINT != null, "no S3 server: MLOPS_TEST_S3 is not set");
        assumeTrue(DVC3 != null, "no DVC 3: MLOPS_TEST_DVC3 is not set");
        settings = new ObjectStoreSettings(
                URI.create(ENDPOINT),
                "us-east-1",
                new ObjectStoreSettings.Credentials(
                        System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"), null));
        store = ObjectStore.connect(settings);
        bucket = "dvc-" + UUID.randomUUID();
        TestBuckets.make(settings, bucket);
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    private TestDvc repository(String name, String project, String dvc) throws IOException {
        TestDvc made = new TestDvc(
                directory.resolve(name),
                project,
                dvc,
                Map.of(
                        "AWS_ACCESS_KEY_ID", System.getenv("MLOPS_TEST_S3_ACCESS_KEY"),
                        "AWS_SECRET_ACCESS_KEY", System.getenv("MLOPS_TEST_S3_SECRET_KEY"),
                        "AWS_DEFAULT_REGION", "us-east-1"));
        made.remote("store", "s3://" + bucket + "/" + name, ENDPOINT);
        return made;
    }

    private Datasets datasets() {
        return datasets("cache");
    }

    private Datasets datasets(String cache) {
        return new Datasets(store, DatasetCache.at(directory.resolve(cache)));
    }

    private static DatasetReference reference(String target, Path repository, String revision) {
        return DatasetReference.ofDvc(target, repository.toString(), revision);
    }

    private PullResult pull(Datasets datasets, String target, Path repository, String revision, String into) {
        return datasets.pull(
                reference(target, repository, revision),
                directory.resolve(into),
                PullOptions.DEFAULT,
                ProgressListener.NONE);
    }

    /** The files below a directory, but for what a pull keeps there itself. */
    private static Map<String, String> files(Path root) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                String path = root.relativize(file).toString();
                if (!path.startsWith(".mlops")) {
                    found.put(path, new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return found;
    }

    private static void fill(TestDvc repository) throws IOException {
        repository.write("data/a.txt", "a\n");
        repository.write("data/windows.txt", "one\r\ntwo\r\n");
        repository.write("data/sub/ü und x.bin", new byte[] {0, 13, 10, 0, (byte) 200});
        repository.write("data/sub/deeper/no", "");
        byte[] long1 = new byte[3 * MEBIBYTE];
        Arrays.fill(long1, (byte) 'x');
        long1[MEBIBYTE - 1] = '\r'; // across two of DVC's blocks
        long1[MEBIBYTE] = '\n';
        long1[2 * MEBIBYTE - 10] = '\r';
        long1[2 * MEBIBYTE - 9] = '\n';
        repository.write("data/long.txt", long1);
    }

    @Test
    void aDirectoryOfDvc3IsPulledAsItWasAtEveryRevision() throws IOException {
        TestDvc repository = repository("three", "", DVC3);
        fill(repository);
        repository.dvc("add", "-q", "data");
        repository.dvc("push", "-q");
        String first = repository.commit();
        Map<String, String> then = files(repository.directory.resolve("data"));
        repository.write("data/b.txt", "b");
        Files.delete(repository.directory.resolve("data/a.txt"));
        repository.dvc("add", "-q", "data");
        repository.dvc("push", "-q");
        String second = repository.commit();
        Map<String, String> now = files(repository.directory.resolve("data"));
        Path bare = directory.resolve("bare.git");
        repository.git("clone", "-q", "--bare", ".", bare.toString());

        DatasetVersion before = datasets().resolve(reference("data", bare, first));
        assertThat(before.contentId()).isNull();
        assertThat(before.sourceId()).matches("dvc:md5:[0-9a-f]{32}\\.dir");
        assertThat(before.files()).isEqualTo(then.size());
        assertThat(before.bytes())
                .isEqualTo(then.values().stream().mapToLong(String::length).sum());
        PullResult pulled = pull(datasets(), "data.dvc", bare, first, "first");
        assertThat(files(directory.resolve("first"))).isEqualTo(then);
        assertThat(pulled.version().sourceId()).isEqualTo(before.sourceId());
        assertThat(datasets().resolve(reference("data", bare, first)).contentId())
                .isEqualTo(pulled.version().contentId());

        PullResult later = pull(datasets(), "data", repository.directory, null, "second");
        assertThat(files(directory.resolve("second"))).isEqualTo(now);
        assertThat(later.downloadedFiles()).as("only what is new").isEqualTo(1);
        assertThat(pull(datasets(), "data", bare, "main", "second").downloadedFiles())
                .isZero();
        assertThat(pull(datasets(), "data/sub", bare, second, "part").version().files())
                .isEqualTo(2);
        assertThat(files(directory.resolve("part"))).containsOnlyKeys("ü und x.bin", "deeper/no");
        pull(datasets(), "data/sub/deeper/no", bare, second, "one");
        assertThat(files(directory.resolve("one"))).containsOnlyKeys("no");
        Manifest snapshot = datasets("other").snapshot(reference("data", bare, second), 4, ProgressListener.NONE);
        assertThat(snapshot.content()).isEqualTo(later.version().contentId());
        Path file = directory.resolve("manifest.json");
        snapshot.write(file);
        assertThat(datasets("third")
                        .pull(
                                DatasetReference.ofManifest(file.toString()),
                                directory.resolve("third-data"),
                                PullOptions.DEFAULT,
                                ProgressListener.NONE)
                        .version()
                        .contentId())
                .isEqualTo(snapshot.content());
    }

    @Test
    void theLayoutAndTheHashesOfDvc2AreRead() throws IOException {
        assumeTrue(DVC2 != null, "no DVC 2: MLOPS_TEST_DVC2 is not set");
        TestDvc repository = repository("two", "", DVC2);
        fill(repository);
        byte[] mixed = new byte[2 * MEBIBYTE];
        Arrays.fill(mixed, 0, MEBIBYTE, (byte) 't');
        mixed[100] = '\r';
        mixed[101] = '\n';
        mixed[MEBIBYTE + 5] = '\r'; // the second block does not look like text
        mixed[MEBIBYTE + 6] = '\n';
        repository.write("data/mixed", mixed);
        repository.write("single.csv", "a,b\r\n1,2\r\n");
        repository.dvc("add", "-q", "data", "single.csv");
        repository.dvc("push", "-q");
        String commit = repository.commit();
        assertThat(Files.readString(repository.directory.resolve("data.dvc"))).doesNotContain("hash:");
        pull(datasets(), "data", repository.directory, commit, "data");
        assertThat(files(directory.resolve("data"))).isEqualTo(files(repository.directory.resolve("data")));
        assertThat(pull(datasets(), "single.csv", repository.directory, commit, "single")
                        .version()
                        .sourceId())
                .startsWith("dvc:md5-dos2unix:");
        assertThat(directory.resolve("single/single.csv")).hasContent("a,b\r\n1,2\r\n");
    }

    /** A team that changed to DVC 3 keeps what it had; text with line ends of Windows has another hash in each. */
    @Test
    void whatDvc2AndDvc3PushedLiesSideBySide() throws IOException {
        assumeTrue(DVC2 != null, "no DVC 2: MLOPS_TEST_DVC2 is not set");
        TestDvc repository = repository("both", "", DVC2);
        fill(repository);
        repository.dvc("add", "-q", "data");
        repository.dvc("push", "-q");
        repository.write("newer/windows.txt", "one\r\ntwo\r\n");
        repository.write("newer/a.txt", "a\n");
        repository.dvcOf(DVC3, "add", "-q", "newer");
        repository.dvcOf(DVC3, "push", "-q", "newer");
        String commit = repository.commit();

        for (String output : new String[] {"data", "newer"}) {
            pull(datasets(), output, repository.directory, commit, output);
            assertThat(files(directory.resolve(output))).isEqualTo(files(repository.directory.resolve(output)));
        }
        assertThat(store.stat(new S3Uri(bucket, "both/files/md5/60/b725f10c9c85c70d97880dfe8191b3")))
                .as("the MD5 of a.txt, as DVC 3 lays it out")
                .isPresent();
        assertThat(store.stat(new S3Uri(bucket, "both/60/b725f10c9c85c70d97880dfe8191b3")))
                .as("the same, as DVC 2 does")
                .isPresent();
    }

    @Test
    void localSettingsWinAndWhatDvcIgnoredIsNotThere() throws IOException {
        TestDvc repository = repository("local", "", DVC3);
        repository.dvc("remote", "add", "-q", "-d", "-f", "elsewhere", "s3://" + bucket + "/elsewhere");
        repository.dvc("remote", "modify", "-q", "elsewhere", "endpointurl", ENDPOINT);
        repository.dvc("remote", "default", "-q", "--local", "store");
        repository.write(".dvcignore", "*.tmp\n");
        repository.write("data/a.txt", "a");
        repository.write("data/a.tmp", "of an editor");
        repository.dvc("add", "-q", "data");
        repository.dvc("push", "-q");
        String commit = repository.commit();

        pull(datasets(), "data", repository.directory, null, "out");
        assertThat(files(directory.resolve("out"))).containsOnlyKeys("a.txt");
        assertThatThrownBy(() -> pull(datasets("other"), "data", repository.directory, commit, "committed"))
                .as("what is committed names the other remote")
                .hasMessageContaining("s3://" + bucket + "/elsewhere/");
    }

    @Test
    void whatIsNotReadIsNamed() throws IOException {
        TestDvc repository = repository("unread", "", DVC3);
        repository.write("data/a.txt", "a");
        repository.dvc("add", "-q", "data");
        String hashed = Files.readString(repository.directory.resolve("data.dvc"));
        unread(repository, hashed + "  push: false\n", "is never pushed (push: false)");
        unread(repository, hashed.replace("hash: md5", "hash: sha512"), "the hash 'sha512'");
        unread(repository, hashed.replaceAll("md5: ", "etag: "), "only outputs with an md5 are");
        unread(
                repository,
                hashed.replace("path: data", "path: s3://" + bucket + "/data"),
                "lies outside of the repository");
        repository.dvc("remote", "modify", "-q", "store", "worktree", "true");
        unread(repository, hashed, "is a worktree remote");
    }

    private void unread(TestDvc repository, String file, String why) throws IOException {
        repository.write("data.dvc", file);
        assertThatThrownBy(() -> pull(datasets(), "data.dvc", repository.directory, null, "out"))
                .as(file)
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining(why);
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void outputsOfStagesAreFoundByPathAndByName() throws IOException {
        TestDvc repository = repository("stages", "projects/one", DVC3);
        repository.dvc("remote", "add", "-q", "second", "s3://" + bucket + "/second");
        repository.dvc("remote", "modify", "-q", "second", "endpointurl", ENDPOINT);
        repository.write("dvc.yaml", """
                stages:
                  prepare:
                    foreach: [train, test]
                    do:
                      cmd: mkdir -p out/${item} && echo ${item} > out/${item}/x.txt
                      outs:
                        - out/${item}:
                            remote: second
                  grid:
                    matrix:
                      size: [1, 2]
                    cmd: echo ${item.size} > grid-${item.size}.txt
                    outs:
                      - grid-${item.size}.txt
                  report:
                    cmd: echo 1 > m.json
                    metrics:
                      - m.json:
                          cache: false
                """);
        repository.dvc("repro", "-q");
        repository.dvc("push", "-q");
        String commit = repository.commit();
        Path root = repository.directory;
        pull(datasets(), "projects/one/out/train", root, commit, "train");
        assertThat(directory.resolve("train/x.txt")).hasContent("train");
        pull(datasets(), "out/test", root.resolve("projects/one"), commit, "test");
        assertThat(directory.resolve("test/x.txt")).hasContent("test");
        pull(datasets(), "prepare@test", root.resolve("projects/one"), null, "again");
        assertThat(directory.resolve("again/x.txt")).hasContent("test");
        pull(datasets(), "projects/one/dvc.yaml:grid@2", root, commit, "grid");
        assertThat(directory.resolve("grid/grid-2.txt")).hasContent("2");
        pull(datasets(), ":/projects/one/dvc.yaml:grid@1", root.resolve("projects/one"), commit, "stage-from-root");
        assertThat(directory.resolve("stage-from-root/grid-1.txt")).hasContent("1");
        pull(datasets(), ":/projects/one/out/test", root.resolve("projects/one"), null, "path-from-root");
        assertThat(directory.resolve("path-from-root/x.txt")).hasContent("test");
        assertThatThrownBy(() -> pull(datasets(), "projects/one/m.json", root, commit, "metrics"))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("is kept in Git itself");
        assertThatThrownBy(() -> pull(datasets(), "projects/one/out", root, commit, "several"))
                .hasMessageContaining("several outputs")
                .hasMessageContaining("projects/one/out/train");
        assertThatThrownBy(() -> pull(datasets(), "nothing", root, commit, "nothing"))
                .hasMessageContaining("knows no output 'nothing'")
                .hasMessageContaining("grid-1.txt");
        assertThatThrownBy(() -> pull(datasets(), "projects/one/out/train", root, "v9", "x"))
                .hasMessageContaining("no revision 'v9'");
    }

    @Test
    void remotesThatKeepVersionsAreReadAtTheVersionThatWasPushed() throws IOException {
        assumeTrue(TestBuckets.makeVersioned(settings, bucket), "the S3 server keeps no versions");
        TestDvc repository = repository("versions", "p", DVC3);
        repository.dvc("remote", "modify", "-q", "store", "version_aware", "true");
        repository.write("d/f.txt", "one");
        repository.write("d/s/g.txt", "g");
        repository.write("single.txt", "s1");
        repository.dvc("add", "-q", "d", "single.txt");
        repository.dvc("push", "-q");
        String first = repository.commit();
        repository.write("d/f.txt", "another");
        repository.write("single.txt", "s2");
        repository.dvc("add", "-q", "d", "single.txt");
        repository.dvc("push", "-q");
        String second = repository.commit();
        Path root = repository.directory;
        pull(datasets(), "p/d", root, second, "second");
        assertThat(directory.resolve("second/f.txt")).hasContent("another");
        PullResult old = pull(datasets(), "p/d", root, first, "first");
        assertThat(directory.resolve("first/f.txt")).hasContent("one");
        assertThat(directory.resolve("first/s/g.txt")).hasContent("g");
        assertThat(old.version().sourceId()).startsWith("dvc:files:sha256:");
        pull(datasets(), "p/single.txt", root, first, "single");
        assertThat(directory.resolve("single/single.txt")).hasContent("s1");
    }

    @Test
    void importsComeFromTheirSourceOrAreRefusedWithTheReason() throws IOException {
        boolean versions = TestBuckets.makeVersioned(settings, bucket);
        TestDvc repository = repository("imports", "", DVC3);
        Path local = Files.writeString(directory.resolve("local"), "external");
        S3Uri source = new S3Uri(bucket, "ext/d/x.txt");
        store.put(source, LocalFile.read(local));
        TestDvc other = repository("other", "", DVC3);
        other.write("data.txt", "other's");
        other.dvc("add", "-q", "data.txt");
        other.dvc("push", "-q");
        other.commit();
        repository.dvc("import", "-q", other.directory.toString(), "data.txt");
        repository.dvc("import-url", "-q", source.toString(), "pushed", "--fs-config", "endpointurl=" + ENDPOINT);
        if (versions) {
            repository.dvc(
                    "import-url",
                    "-q",
                    "--version-aware",
                    "s3://" + bucket + "/ext/d",
                    "kept",
                    "--fs-config",
                    "endpointurl=" + ENDPOINT);
            repository.dvc(
                    "import-url",
                    "-q",
                    "--version-aware",
                    source.toString(),
                    "one",
                    "--fs-config",
                    "endpointurl=" + ENDPOINT);
        }
        repository.dvc("push", "-q", "pushed"); // of everything it skips what it cannot collect
        String commit = repository.commit();
        Files.writeString(local, "changed since");
        store.put(source, LocalFile.read(local));
        Path root = repository.directory;
        pull(datasets(), "pushed", root, commit, "pushed");
        assertThat(directory.resolve("pushed/pushed")).hasContent("external");
        if (versions) {
            pull(datasets(), "kept", root, commit, "kept");
            assertThat(directory.resolve("kept/x.txt")).hasContent("external");
            pull(datasets(), "one", root, commit, "one");
            assertThat(directory.resolve("one/one")).hasContent("external");
        }
        assertThatThrownBy(() -> pull(datasets(), "data.txt", root, commit, "imported"))
                .hasMessageContaining("is imported from")
                .extracting(e -> ((MlopsException) e).kind())
                .isEqualTo(MlopsException.Kind.REFUSED);
    }

    @Test
    void everythingThatWasNeverPushedIsListedAndNothingIsWritten() throws IOException {
        TestDvc repository = repository("missing", "", DVC3);
        fill(repository);
        repository.dvc("add", "-q", "data");
        repository.dvc("push", "-q");
        repository.commit();
        repository.write("data/new-1.txt", "new 1");
        repository.write("data/new-2.txt", "new 2");
        repository.dvc("add", "-q", "data");
        String commit = repository.commit();
        Path root = repository.directory;
        assertThatThrownBy(() -> pull(datasets(), "data", root, commit, "data"))
                .hasMessageContaining("The list of the files of data is missing")
                .hasMessageContaining(commit);
        assertThat(directory.resolve("data")).doesNotExist();
        String list = Files.readString(root.resolve("data.dvc")).replaceAll("(?s).*md5: (\\S+)\\.dir.*", "$1");
        Path file = root.resolve(".dvc/cache/files/md5/" + list.substring(0, 2) + "/" + list.substring(2) + ".dir");
        store.put(
                new S3Uri(bucket, "missing/files/md5/" + list.substring(0, 2) + "/" + list.substring(2) + ".dir"),
                LocalFile.read(file));
        assertThatThrownBy(() -> pull(datasets(), "data", root, commit, "data"))
                .hasMessageContaining("2 files of the 7")
                .hasMessageContaining("data.dvc at " + commit)
                .hasMessageContaining("new-1.txt")
                .hasMessageContaining("new-2.txt");
        assertThat(directory.resolve("data")).doesNotExist();
        assertThat(directory.resolve("cache/blobs")).doesNotExist();
    }

    @Test
    void theCorruptObjectThatDvcTakesIsFound() throws IOException {
        TestDvc repository = repository("corrupt", "", DVC3);
        repository.write("data/a.txt", "right");
        repository.write("data/b.txt", "b");
        repository.dvc("add", "-q", "data");
        repository.dvc("push", "-q");
        String commit = repository.commit();
        Path wrong = Files.writeString(directory.resolve("wrong"), "wrong");
        S3Uri object = new S3Uri(bucket, "corrupt/files/md5/7c/4f29407893c334a6cb7a87bf045c0d");
        assertThat(store.stat(object)).as("the MD5 of 'right'").isPresent();
        store.put(object, LocalFile.read(wrong));
        assertThatThrownBy(() -> pull(datasets(), "data", repository.directory, commit, "data"))
                .hasMessageContaining("is corrupt in the store")
                .hasMessageContaining("md5:7c4f29407893c334a6cb7a87bf045c0d");
        assertThat(directory.resolve("data")).doesNotExist();
        assertThatThrownBy(() ->
                        datasets().snapshot(reference("data", repository.directory, commit), 2, ProgressListener.NONE))
                .hasMessageContaining("is corrupt in the store");
    }

    @Test
    void aBranchCannotLeadElsewhere() throws IOException {
        TestDvc repository = repository("hostile", "", DVC3);
        repository.write("data/a.txt", "a");
        repository.dvc("add", "-q", "data");
        repository.dvc("push", "-q");
        repository.commit();
        repository.dvc("remote", "modify", "-q", "store", "endpointurl", "http://evil.example.org");
        refused(repository.commit(), repository, "names the endpoint http://evil.example.org");
        repository.write(".dvc/config", "[core]\n    remote = store\n['remote \"store\"']\n    url = file:///etc\n");
        refused(repository.commit(), repository, "only remotes in S3");
        repository.write(
                ".dvc/config",
                "[core]\n    remote = a\n['remote \"a\"']\n    url = remote://b/x\n"
                        + "['remote \"b\"']\n    url = s3://" + bucket
                        + "\n    endpointurl = http://evil.example.org\n");
        refused(repository.commit(), repository, "names the endpoint http://evil.example.org");
        repository.write(".dvc/config", "[core]\n    remote = a\n['remote \"a\"']\n    url = remote://a/x\n");
        refused(repository.commit(), repository, "refers to itself");
        repository.write(
                ".dvc/config", "[core]\n    remote = a\n['remote \"a\"']\n    url = s3://" + bucket + "/hostile\n");
        repository.write(
                "data.dvc", "outs:\n- md5: 5bbf5a52328e7439ae6e719dfe712200\n  hash: md5\n  path: ../../etc/passwd\n");
        refused(repository.commit(), repository, "leads out of the repository");
        Files.delete(repository.directory.resolve("data.dvc"));
        Files.createSymbolicLink(repository.directory.resolve("data.dvc"), Path.of("/etc/passwd"));
        refused(repository.commit(), repository, "is a symbolic link");
        refused(null, repository, "is a symbolic link");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    private void refused(String revision, TestDvc repository, String why) {
        assertThatThrownBy(() -> pull(datasets(), "data.dvc", repository.directory, revision, "out"))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining(why);
    }
}
