package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dvc.DvcHash;
import io.jenkins.plugins.mlops.core.dvc.DvcHashed;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A listing of DVC that passes from who has the repository over who has the keys to who pulls. */
class DvcListingTest {

    private static final Consumer<S3Uri> ANYWHERE = object -> {};

    @TempDir
    private Path directory;

    private FaultyS3 s3;
    private ObjectStore store;

    @BeforeEach
    void setUp() throws IOException {
        s3 = new FaultyS3();
        store = s3.connect();
    }

    @AfterEach
    void tearDown() throws IOException {
        store.close();
        s3.close();
    }

    private DvcHashed file(String content, boolean pushed) throws Exception {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        S3Uri object = S3Uri.parse("s3://data/dvc/files/md5/" + md5.substring(0, 2) + "/" + md5.substring(2));
        if (pushed) {
            s3.put("data/" + object.key(), bytes);
        }
        return new DvcHashed(content + ".txt", md5, DvcHash.MD5, object, null, null, -1);
    }

    private Path listing(List<DvcHashed> files) throws IOException {
        DvcListing head = new DvcListing(
                DvcListing.SCHEMA,
                "set",
                new Manifest.Source("dvc:md5:x.dir", "dvc:repo#set"),
                "repo#set",
                "set",
                "set.dvc",
                false,
                files);
        Path file = directory.resolve("listing.json");
        try (DvcListingFile.Writer out = DvcListingFile.write(file, head)) {
            for (DvcHashed each : files) {
                out.add(each);
            }
        }
        assertThat(DvcListing.read(file)).isEqualTo(head);
        return file;
    }

    private ObjectIndex pin(Path listing, int atATime, Consumer<S3Uri> permitted) throws IOException {
        try (ObjectIndex.Writer index = ObjectIndex.write(directory.resolve("index"));
                DvcListingScan scan =
                        new DvcListingScan(store, directory.resolve("pinned.json"), index, 2, permitted, atATime)) {
            scan.run(listing);
            return index.finish();
        }
    }

    @Test
    void itIsCompletedGroupByGroupAndNumbersStayPlaces() throws Exception {
        List<DvcHashed> files = new ArrayList<>();
        for (int i = 10; i < 17; i++) {
            files.add(file("file " + i, true));
        }
        for (int atATime : new int[] {1, 3, 7, 100}) {
            try (ObjectIndex objects = pin(listing(files), atATime, ANYWHERE)) {
                DvcListing pinned = DvcListing.read(directory.resolve("pinned.json"));
                assertThat(pinned.pinned()).isTrue();
                assertThat(pinned.files())
                        .extracting(DvcHashed::path)
                        .containsExactlyElementsOf(
                                files.stream().map(DvcHashed::path).toList());
                assertThat(pinned.files()).extracting(DvcHashed::size).containsOnly(7L);
                assertThat(objects.size()).isEqualTo(files.size());
                for (int i = 0; i < files.size(); i++) {
                    assertThat(objects.pin(i).location()).isEqualTo(files.get(i).location());
                }
                PullResult pulled = new Datasets(store, DatasetCache.at(directory.resolve("cache " + atATime)))
                        .pullListed(
                                pinned,
                                directory.resolve("into " + atATime),
                                PullOptions.DEFAULT,
                                ProgressListener.NONE);
                assertThat(pulled.files()).isEqualTo(files.size());
            }
        }
    }

    @Test
    void allThatNobodyPushedIsToldWhicheverGroupItIsIn() throws Exception {
        List<DvcHashed> files = List.of(file("a", false), file("b", true), file("c", true), file("d", false));
        assertThatThrownBy(() -> pin(listing(files), 2, ANYWHERE))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining(
                        "2 files of the 4 that set still needs are not in the store, though set.dvc names")
                .hasMessageContaining(files.get(0).md5() + "  a.txt")
                .hasMessageContaining(files.get(3).md5() + "  d.txt");
    }

    @Test
    void whatMayNotBeReadIsNotEvenLookedFor() throws Exception {
        Path listing = listing(List.of(file("a", true), file("b", true)));
        s3.forgetRequests();
        assertThatThrownBy(() -> pin(listing, 10, object -> {
                    throw MlopsException.refused("not " + object);
                }))
                .hasMessageStartingWith("not s3://data/dvc/files/md5/");
        assertThat(s3.requests()).isEmpty();
    }

    @Test
    void whatIsNoListingIsToldInOneSentence() throws Exception {
        String good = Files.readString(listing(List.of(file("a", true))));
        for (String bad : List.of(
                "",
                "[]",
                "{}",
                good.substring(0, good.length() - 2),
                good + " 1",
                good.replace("mlops-dvc-listing/1", "mlops-dvc-listing/2"),
                good.replace("\"path\":\"a.txt\"", "\"path\":null"),
                good.replace("\"hash\"", "\"hashes\""),
                good.replace("\"namedBy\":\"set.dvc\",", ""),
                good.replace("\"files\":[", "\"files\":[],\"files\":["))) {
            Path file = Files.writeString(directory.resolve("bad.json"), bad);
            assertThatThrownBy(() -> pin(file, 10, ANYWHERE))
                    .as(bad)
                    .isInstanceOfSatisfying(
                            MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE));
        }
    }
}
