package io.jenkins.plugins.mlops.core.inspection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.GroupRule;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DatasetInspectionTest {

    @TempDir
    private Path temporary;

    private Path set;
    private Path other;

    @BeforeEach
    void makeDirectories() throws IOException {
        set = Files.createDirectory(temporary.resolve("set"));
        other = Files.createDirectory(temporary.resolve("other"));
    }

    @Test
    void whatCannotBeDecodedIsFoundHoweverItIsBroken() throws IOException {
        for (String format : List.of("jpeg", "png", "gif", "bmp", "tiff")) {
            byte[] image = TestImages.encoded(TestImages.picture(format.hashCode(), 96, 64), format);
            write("good." + format, image);
            write("cut-early." + format, Arrays.copyOf(image, image.length / 3));
            write("cut-late." + format, Arrays.copyOf(image, image.length - 2));
        }
        byte[] damaged = TestImages.png(7);
        damaged[damaged.length / 2] ^= 0x40;
        write("flipped.png", damaged);
        write("page.jpg", "<!DOCTYPE html><title>404</title>".getBytes(StandardCharsets.UTF_8));

        InspectionReport report = check("{}");

        assertThat(paths(report, Kind.UNREADABLE))
                .containsExactlyInAnyOrder(
                        "cut-early.bmp",
                        "cut-early.gif",
                        "cut-early.jpeg",
                        "cut-early.png",
                        "cut-early.tiff",
                        "cut-late.bmp",
                        "cut-late.gif",
                        "cut-late.jpeg",
                        "cut-late.png",
                        "cut-late.tiff",
                        "flipped.png",
                        "page.jpg");
        assertThat(report.passed()).isFalse();
        assertThat(report.images().decoded()).isEqualTo(5);
        assertThat(report.images().formats()).hasSize(5);
    }

    @Test
    void whatThisCheckCannotDecodeIsNamedAndNeverPassedOver() throws IOException {
        write("a.webp", "RIFF\4\0\0\0WEBPVP8 ".getBytes(StandardCharsets.ISO_8859_1));
        write("b.avif", "\0\0\0\34ftypavif\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1));
        write("bomb.png", TestImages.bomb(100_000, 100_000));
        write("c.png", TestImages.png(1));
        InspectionReport report = check("{}");
        assertThat(paths(report, Kind.NOT_DECODED)).containsExactly("a.webp", "b.avif", "bomb.png");
        assertThat(example(report, Kind.NOT_DECODED, "bomb.png")).contains("100000 x 100000");
        assertThat(report.passed()).isFalse();
        assertThat(check("limits: {notDecoded: 75%}").passed()).isTrue();
        assertThat(check("limits: {notDecoded: 74.9%}").passed()).isFalse();
        assertThat(check("limits: {notDecoded: any}").passed()).isTrue();
    }

    @Test
    void imagesAreHeldAgainstTheSchema() throws IOException {
        write("grey.png", TestImages.encoded(new BufferedImage(40, 40, BufferedImage.TYPE_BYTE_GRAY), "png"));
        write("alpha.png", TestImages.encoded(new BufferedImage(41, 40, BufferedImage.TYPE_INT_ARGB), "png"));
        write("small.png", TestImages.encoded(TestImages.picture(1, 20, 40), "png"));
        write("right.png", TestImages.encoded(TestImages.picture(2, 40, 40), "png"));
        write("picture.jpg", TestImages.encoded(TestImages.picture(3, 40, 40), "jpeg"));
        InspectionReport report =
                check("images: {formats: [png], width: {min: 32}, height: {min: 32, max: 64}, channels: [3]}");
        assertThat(paths(report, Kind.WRONG_IMAGES))
                .containsExactly("alpha.png", "grey.png", "picture.jpg", "small.png");
        assertThat(example(report, Kind.WRONG_IMAGES, "alpha.png")).contains("4 channels");
        assertThat(report.images().channels()).isEqualTo(Map.of(1, 1L, 3, 3L, 4, 1L));
    }

    @Test
    void labelsOfYoloAreReadAndHeldAgainstImages() throws IOException {
        for (int i = 0; i < 6; i++) {
            write("images/" + i + ".jpg", TestImages.jpeg(i));
        }
        write("labels/0.txt", "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.2 0.2\n1 0.9 0.9 0.1 0.1\n");
        write("labels/1.txt", "");
        write(
                "labels/2.txt",
                "0 0.5 0.5 0.2 0.2\n7 0.5 0.5 0.2 0.2\n0 0.95 0.5 0.2 0.2\n0 1.5 0.5 0.1 0.1\n0 0.5 0.5\nx y\n");
        write("labels/3.txt", "1 0.1 0.1 0.5 0.1 0.5 0.5\n");
        write("labels/4.txt", "0 0.5 0.5 0 0.2\n0 NaN 0.5 0.1 0.2\n");
        write("labels/gone.txt", "0 0.5 0.5 0.2 0.2\n");
        write("data.yaml", "names: {0: cat, 1: dog}\n");
        write("README.txt", "words");
        InspectionReport report = check("classes: {minImages: 2}");
        assertThat(report.labels()).isEqualTo(LabelFormat.YOLO);
        assertThat(paths(report, Kind.IMAGES_WITHOUT_LABELS)).containsExactly("images/5.jpg");
        assertThat(paths(report, Kind.LABELS_WITHOUT_IMAGES)).containsExactly("labels/gone.txt");
        assertThat(finding(report, Kind.BAD_LABELS).count()).isEqualTo(7);
        assertThat(report.classes()).containsExactly(new ClassCount("cat", 3, 3), new ClassCount("dog", 2, 3));
        assertThat(report.background()).isEqualTo(1);
        assertThat(finding(report, Kind.SMALL_CLASSES).count()).isZero();
        assertThat(paths(check("classes: {minImages: 3}"), Kind.SMALL_CLASSES)).containsExactly("dog");
        assertThat(finding(report, Kind.EMPTY).count())
                .as("an empty label says that nothing is there")
                .isZero();
    }

    @Test
    void labelsOfPascalVocAreReadAndHostileOnesAreRefused() throws IOException {
        write("JPEGImages/1.jpg", TestImages.jpeg(1));
        write("JPEGImages/2.jpg", TestImages.jpeg(2));
        write("JPEGImages/3.jpg", TestImages.jpeg(3));
        write("JPEGImages/4.jpg", TestImages.jpeg(4));
        write("Annotations/1.xml", voc(96, 64, "cat", 1, 1, 50, 60));
        write("Annotations/2.xml", voc(96, 65, "cat", 1, 1, 97, 60));
        Path secret = Files.writeString(temporary.resolve("secret"), "s3cret");
        write(
                "Annotations/3.xml",
                "<!DOCTYPE annotation [<!ENTITY x SYSTEM \"" + secret.toUri()
                        + "\">]><annotation><object><name>&x;</name>" + "</object></annotation>");
        write(
                "Annotations/4.xml",
                "<!DOCTYPE annotation [<!ENTITY a \"lollollol\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>"
                        + "<annotation><object><name>&c;</name></object></annotation>");
        write("Annotations/5.xml", "<annotation><object>");
        InspectionReport report = check("{}");
        assertThat(report.labels()).isEqualTo(LabelFormat.VOC);
        assertThat(paths(report, Kind.BAD_LABELS))
                .containsExactly(
                        "Annotations/2.xml",
                        "Annotations/2.xml",
                        "Annotations/3.xml",
                        "Annotations/4.xml",
                        "Annotations/5.xml");
        assertThat(paths(report, Kind.LABELS_WITHOUT_IMAGES)).containsExactly("Annotations/5.xml");
        assertThat(report.classes()).containsExactly(new ClassCount("cat", 1, 1));
        assertThat(report.background())
                .as("a broken label does not say that nothing is there")
                .isZero();
        assertThat(Documents.toJson(report)).doesNotContain("s3cret", "lollol");
    }

    private static String voc(int width, int height, String name, int left, int top, int right, int bottom) {
        return "<annotation><filename>x.jpg</filename><size><width>" + width + "</width><height>" + height
                + "</height><depth>3</depth></size><object><name>" + name + "</name><bndbox><xmin>" + left
                + "</xmin><ymin>" + top + "</ymin><xmax>" + right + "</xmax><ymax>" + bottom
                + "</ymax></bndbox></object></annotation>";
    }

    @Test
    void labelsOfCocoAreReadInAnyOrder() throws IOException {
        write("images/1.jpg", TestImages.jpeg(1));
        write("images/2.jpg", TestImages.jpeg(2));
        write("images/3.jpg", TestImages.jpeg(3));
        write("annotations/instances.json", """
                {"info": {"year": 2026},
                 "annotations": [
                  {"id": 1, "image_id": 10, "category_id": 5, "bbox": [1, 1, 20, 20], "segmentation": [[1, 1, 2, 2]]},
                  {"id": 2, "image_id": 10, "category_id": 5, "bbox": [1, 1, 20, 20]},
                  {"id": 3, "image_id": 10, "category_id": 6, "bbox": [90, 1, 20, 20]},
                  {"id": 4, "image_id": 10, "category_id": 99, "bbox": [1, 1, 2, 2]},
                  {"id": 5, "image_id": 77, "category_id": 5, "bbox": [1, 1, 2, 2]},
                  {"id": 6, "image_id": 10, "category_id": 5, "bbox": [1, 1, 0, 2]},
                  {"id": 7, "image_id": 10, "category_id": 5, "bbox": "none"}],
                 "images": [
                  {"id": 10, "file_name": "1.jpg", "width": 96, "height": 64},
                  {"id": 11, "file_name": "train/2.jpg", "width": 96, "height": 64},
                  {"id": 12, "file_name": "gone.jpg", "width": 96, "height": 64}],
                 "categories": [{"id": 5, "name": "cat"}, {"id": 6, "name": "dog"}]}
                """);
        InspectionReport report = check("{}");
        assertThat(report.labels()).isEqualTo(LabelFormat.COCO);
        assertThat(finding(report, Kind.BAD_LABELS).count()).isEqualTo(5);
        assertThat(paths(report, Kind.IMAGES_WITHOUT_LABELS)).containsExactly("images/3.jpg");
        assertThat(finding(report, Kind.LABELS_WITHOUT_IMAGES).examples().get(0).problem())
                .contains("gone.jpg");
        assertThat(report.classes()).containsExactly(new ClassCount("cat", 1, 2));
        assertThat(report.background()).isEqualTo(2);
        write("annotations/instances.json", "{\"images\": [], \"annotations\": [{\"id\": 1,");
        assertThat(finding(check("labels: {format: coco, files: [annotations/instances.json]}"), Kind.BAD_LABELS)
                        .count())
                .isPositive();
    }

    @Test
    void tablesNameImagesWithOrWithoutSuffix() throws IOException {
        write("img/1.jpg", TestImages.jpeg(1));
        write("img/2.jpg", TestImages.jpeg(2));
        write("img/3.jpg", TestImages.jpeg(3));
        write("labels.csv", "\ufeffimage,label\r\nimg/1.jpg,\"cat, black\"\r\n2,dog\r\n\r\n9.jpg,dog\r\n1.jpg\r\n");
        InspectionReport report = check("{}");
        assertThat(report.labels()).isEqualTo(LabelFormat.CSV);
        assertThat(report.classes()).containsExactly(new ClassCount("cat, black", 1, 1), new ClassCount("dog", 1, 1));
        assertThat(paths(report, Kind.IMAGES_WITHOUT_LABELS)).containsExactly("img/3.jpg");
        assertThat(finding(report, Kind.LABELS_WITHOUT_IMAGES).count()).isEqualTo(1);
        assertThat(finding(report, Kind.BAD_LABELS).examples().get(0).problem()).contains("line 6");
    }

    @Test
    void directoriesAreClassesWhereNothingElseSaysSo() throws IOException {
        write("train/cat/1.jpg", TestImages.jpeg(1));
        write("train/cat/2.jpg", TestImages.jpeg(2));
        write("train/dog/3.jpg", TestImages.jpeg(3));
        write("stray.jpg", TestImages.jpeg(4));
        InspectionReport report = check("classes: {names: [cat, dog, bird], minImages: 1}");
        assertThat(report.labels()).isEqualTo(LabelFormat.DIRECTORY);
        assertThat(report.classes())
                .containsExactly(
                        new ClassCount("cat", 2, 2), new ClassCount("dog", 1, 1), new ClassCount("bird", 0, 0));
        assertThat(paths(report, Kind.SMALL_CLASSES)).containsExactly("bird");
        assertThat(paths(report, Kind.IMAGES_WITHOUT_LABELS)).containsExactly("stray.jpg");
        assertThat(finding(check("classes: {names: [cat]}"), Kind.BAD_LABELS).count())
                .isEqualTo(1);
    }

    @Test
    void copiesAndLooksAreFoundWithinASetAndInAnother() throws IOException {
        BufferedImage picture = TestImages.picture(1, 400, 300);
        write("a.jpg", TestImages.encoded(picture, "jpeg"));
        write("copy.jpg", TestImages.encoded(picture, "jpeg"));
        write("scaled.png", TestImages.encoded(TestImages.scaled(picture, 250, 190), "png"));
        write("b.jpg", TestImages.encoded(TestImages.picture(2, 400, 300), "jpeg"));
        write("white.png", TestImages.encoded(new BufferedImage(50, 50, BufferedImage.TYPE_INT_RGB), "png"));
        write("white2.png", TestImages.encoded(new BufferedImage(60, 50, BufferedImage.TYPE_INT_RGB), "png"));
        Files.write(other.resolve("x.jpg"), TestImages.encoded(picture, "jpeg"));
        Files.write(other.resolve("y.jpg"), TestImages.encoded(TestImages.scaled(picture, 123, 91), "jpeg"));
        Files.write(other.resolve("z.jpg"), TestImages.jpeg(3));
        InspectionReport report = check("nearDistance: 6", other);
        assertThat(finding(report, Kind.DUPLICATES).examples())
                .containsExactly(new Finding.Example("copy.jpg", "has the bytes of a.jpg"));
        assertThat(finding(report, Kind.NEAR_DUPLICATES).examples())
                .containsExactly(new Finding.Example("scaled.png", "looks like a.jpg"));
        assertThat(finding(report, Kind.LEAKED_CONTENT).examples())
                .containsExactly(new Finding.Example("x.jpg", "has the bytes of a.jpg"));
        assertThat(finding(report, Kind.LEAKED_NEAR).examples())
                .containsExactly(new Finding.Example("y.jpg", "looks like a.jpg"));
        assertThat(finding(report, Kind.NEAR_DUPLICATES).broken())
                .as("allowed where nobody says")
                .isFalse();
    }

    @Test
    void groupsLeakByPathAndByManifest() throws IOException {
        for (String path : List.of("rec1/1.png", "rec1/2.png", "rec2/1.png")) {
            write(path, TestImages.png(path.hashCode()));
        }
        Files.createDirectories(other.resolve("rec2"));
        Files.createDirectories(other.resolve("rec3"));
        Files.write(other.resolve("rec2/9.png"), TestImages.png(90));
        Files.write(other.resolve("rec2/8.png"), TestImages.png(91));
        Files.write(other.resolve("rec3/1.png"), TestImages.png(92));
        InspectionReport byPath = check("groupBy: '^([^/]+)/'", other);
        assertThat(finding(byPath, Kind.LEAKED_GROUPS).examples())
                .containsExactly(new Finding.Example("rec2", "is in both sets, in the other one with rec2/8.png"));
        assertThat(byPath.set().groups()).isEqualTo(2);

        GroupRule rule = GroupRule.parse("^([^/]+)/");
        InspectionReport byManifest = new DatasetInspection(CheckSchema.DEFAULT, 2, ProgressListener.NONE)
                .run(manifest(set, rule), manifest(other, rule));
        assertThat(finding(byManifest, Kind.LEAKED_GROUPS).examples())
                .isEqualTo(finding(byPath, Kind.LEAKED_GROUPS).examples());
        assertThat(byManifest.passed()).isFalse();
        assertThatThrownBy(() -> check("groupBy: group", other))
                .hasMessageContaining("no file has a group")
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE));
    }

    @Test
    void ofManifestsTheSameIsFoundAsOfDirectoriesWhereBytesDoNotMatter() throws IOException {
        Random random = new Random(5);
        for (int i = 0; i < 60; i++) {
            write("images/" + i + ".png", ("image " + random.nextInt(40)).getBytes(StandardCharsets.UTF_8));
            if (i % 7 != 0) {
                write("labels/" + (i % 5 == 0 ? i + 100 : i) + ".txt", "0 0.5 0.5 0.1 0.1\n");
            }
            Files.writeString(other.resolve(i + ".png"), "image " + random.nextInt(60));
        }
        write("images/empty.png", "");
        InspectionReport ofDirectories = check("{}", other);
        InspectionReport ofManifests = new DatasetInspection(CheckSchema.DEFAULT, 1, ProgressListener.NONE)
                .run(manifest(set, GroupRule.NONE), manifest(other, GroupRule.NONE));
        for (Kind kind : List.of(
                Kind.EMPTY,
                Kind.DUPLICATES,
                Kind.LEAKED_CONTENT,
                Kind.IMAGES_WITHOUT_LABELS,
                Kind.LABELS_WITHOUT_IMAGES)) {
            assertThat(finding(ofManifests, kind)).isEqualTo(finding(ofDirectories, kind));
            assertThat(finding(ofManifests, kind).count()).as(kind.key()).isPositive();
        }
        assertThat(ofManifests.notChecked())
                .extracting(InspectionReport.NotChecked::kind)
                .contains(Kind.UNREADABLE, Kind.NOT_DECODED, Kind.BAD_LABELS, Kind.WRONG_IMAGES);
    }

    @Test
    void whatAManifestCannotAnswerIsRefusedWhenItIsAskedFor() throws IOException {
        write("a.png", TestImages.png(1));
        for (String yaml : List.of(
                "limits: {unreadable: 0}",
                "images: {width: {min: 1}}",
                "nearDistance: 3",
                "limits: {badLabels: 1}",
                "classes: {minImages: 1}")) {
            assertThatThrownBy(() -> new DatasetInspection(schema(yaml), 1, ProgressListener.NONE)
                            .run(manifest(set, GroupRule.NONE), null))
                    .as(yaml)
                    .isInstanceOfSatisfying(
                            MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE));
        }
    }

    @Test
    void linksAreNamedAndNotFollowed() throws IOException {
        Files.write(other.resolve("a.png"), TestImages.png(1));
        Files.createSymbolicLink(set.resolve("link.png"), other.resolve("a.png"));
        Files.createSymbolicLink(set.resolve("all"), other);
        write("b.png", TestImages.png(2));
        InspectionReport report = check("{}");
        assertThat(paths(report, Kind.NOT_FILES)).containsExactly("all", "link.png");
        assertThat(report.set().files()).isEqualTo(1);
    }

    @Test
    void aReportIsReadAgainAsItWasWritten() throws IOException {
        write("cat/a.jpg", TestImages.jpeg(1));
        write("cat/b.jpg", TestImages.jpeg(1));
        write("dog/c.webp", "RIFF\4\0\0\0WEBPVP8 ".getBytes(StandardCharsets.ISO_8859_1));
        InspectionReport report = check("{}", other);
        Path json = temporary.resolve("report.json");
        InspectionText.write(report, json);
        assertThat(Documents.read(json, InspectionReport.class)).isEqualTo(report);
        assertThat(report.rows())
                .contains(new InspectionReport.Row("files with the bytes of another", "1", "0", "broken"))
                .hasSize(Kind.values().length);
        assertThat(InspectionText.of(report, 1))
                .startsWith("fail: set")
                .contains("broken: 1 files with the bytes of another", "cat/b.jpg: has the bytes of cat/a.jpg");
    }

    @Test
    void aSchemaIsStrict() {
        for (String yaml : List.of(
                "image: {}",
                "limits: {unreadable: some}",
                "limits: {unreadable: 101%}",
                "limits: {typo: 1}",
                "images: {path: '('}",
                "groupBy: 'no parentheses'",
                "nearDistance: 12",
                "classes: {names: [a, a]}",
                "images: {width: {min: 3, max: 2}}")) {
            assertThatThrownBy(() -> schema(yaml))
                    .as(yaml)
                    .isInstanceOfSatisfying(
                            MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE));
        }
    }

    @Test
    void anInterruptEndsACheck() throws Exception {
        for (int i = 0; i < 40; i++) {
            write(i + ".png", TestImages.encoded(TestImages.picture(i, 800, 600), "png"));
        }
        List<Throwable> failures = new ArrayList<>();
        Thread thread = new Thread(() -> {
            Thread.currentThread().interrupt();
            try {
                check("{}");
            } catch (Exception e) {
                failures.add(e);
            }
        });
        thread.start();
        thread.join();
        assertThat(failures)
                .singleElement()
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.INTERRUPTED));
    }

    private void write(String path, byte[] bytes) throws IOException {
        Path file = set.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private void write(String path, String text) throws IOException {
        write(path, text.getBytes(StandardCharsets.UTF_8));
    }

    private CheckSchema schema(String yaml) throws IOException {
        return CheckSchema.read(Files.writeString(temporary.resolve("check.yaml"), yaml));
    }

    private InspectionReport check(String yaml) throws IOException {
        return new DatasetInspection(schema(yaml), 3, ProgressListener.NONE)
                .run(InspectedSet.ofDirectory(set, "set"), null);
    }

    private InspectionReport check(String yaml, Path against) throws IOException {
        return new DatasetInspection(schema(yaml), 3, ProgressListener.NONE)
                .run(InspectedSet.ofDirectory(set, "set"), InspectedSet.ofDirectory(against, "other"));
    }

    private InspectedSet manifest(Path directory, GroupRule groups) throws IOException {
        List<Manifest.Entry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = directory.relativize(file).toString();
                entries.add(new Manifest.Entry(
                        path, Files.size(file), Digest.of(file), null, null, null, groups.group(path)));
            }
        }
        Path file = temporary.resolve(directory.getFileName() + ".json");
        Manifest.of("test", new Manifest.Source("test:1", "test"), null, entries)
                .write(file);
        return InspectedSet.ofManifest(file, String.valueOf(directory.getFileName()));
    }

    private static Finding finding(InspectionReport report, Kind kind) {
        return report.findings().stream()
                .filter(finding -> finding.kind() == kind)
                .findFirst()
                .orElseThrow(() -> new AssertionError(kind + " is not checked: " + report.notChecked()));
    }

    private static List<String> paths(InspectionReport report, Kind kind) {
        return finding(report, kind).examples().stream()
                .map(Finding.Example::path)
                .toList();
    }

    private static String example(InspectionReport report, Kind kind, String path) {
        return finding(report, kind).examples().stream()
                .filter(example -> example.path().equals(path))
                .map(Finding.Example::problem)
                .findFirst()
                .orElseThrow();
    }
}
