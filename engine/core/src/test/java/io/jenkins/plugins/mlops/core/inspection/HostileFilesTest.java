package io.jenkins.plugins.mlops.core.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is in a file, it is a finding at most. */
@Timeout(180)
class HostileFilesTest {

    private static final int SEEDS = Integer.getInteger("mlops.fuzz.seeds", 60);

    @TempDir
    private Path directory;

    @Test
    void anImageWithAnyBytesIsDecodedOrIsNot() throws IOException {
        ImageProbe probe = new ImageProbe(178_000_000, true);
        for (String format : List.of("jpeg", "png", "gif", "bmp", "tiff")) {
            byte[] good = TestImages.encoded(TestImages.picture(1, 60, 50), format);
            for (int seed = 0; seed < SEEDS; seed++) {
                Path file = Files.write(directory.resolve("image"), mutated(good, new Random(seed)));
                ImageFacts facts = probe.look(file, Files.size(file), null);
                assertThat(facts.sha256()).isNotNull();
                assertThat(facts.trouble() == null).isEqualTo(facts.width() > 0);
            }
        }
    }

    @Test
    void aLabelWithAnyTextIsReadOrIsNot() throws IOException {
        String voc =
                "<annotation><size><width>9</width><height>9</height></size><object><name>a</name><bndbox><xmin>1</xmin>"
                        + "<ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>";
        String coco = Documents.toJson(Documents.json()
                .readTree("{\"images\":[{\"id\":1,\"file_name\":\"a.png\"}],\"annotations\":[{\"id\":1,\"image_id\":1,"
                        + "\"category_id\":1,\"bbox\":[1,2,3,4]}],\"categories\":[{\"id\":1,\"name\":\"c\"}]}"));
        String csv = "image,label\na.png,\"c, d\"\nb.png,d\n";
        Consumer<String> ignored = problem -> {};
        for (int seed = 0; seed < SEEDS * 5; seed++) {
            Random random = new Random(seed);
            YoloLabel.read(text(mutated("0 0.5 0.5 0.1 0.1\n1 0 0 1 1 0 1\n", random)), List.of("a", "b"), ignored);
            VocLabel.read(text(mutated(voc, random)), null, 9, 9, ignored);
            Path file = Files.write(directory.resolve("label"), mutated(coco, random));
            CocoDocument.is(file);
            new CocoDocument(file, ignored).read(null, name -> {}, new ClassCounts());
            Files.write(file, mutated(csv, random));
            ImageNames names = new ImageNames();
            names.add("x/a.png");
            LabelTable table = new LabelTable(file, new CheckSchema.Labels(null, null, null, null));
            table.hasImages();
            table.read(null, names, new ClassCounts(), ignored, ignored);
            ClassNames.read(Files.write(directory.resolve("data.yaml"), mutated("names: {0: a, 1: b}\n", random)));
        }
    }

    @Test
    void aBombOfYamlIsNoListOfNames() throws IOException {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        List<String> uses = new ArrayList<>();
        for (int i = 1; i < 30; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(String.join(", ", Collections.nCopies(10, "*a" + (i - 1))))
                    .append("]\n");
            uses.add("*a" + i);
        }
        bomb.append("names: [").append(String.join(", ", uses)).append("]\n");
        assertThat(ClassNames.read(Files.writeString(directory.resolve("data.yaml"), bomb))
                        .map(List::size)
                        .orElse(0))
                .isLessThan(100);
    }

    private static byte[] mutated(String text, Random random) {
        return mutated(text.getBytes(StandardCharsets.UTF_8), random);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length + 1) : good.length);
        for (int i = random.nextInt(12); i > 0 && bytes.length > 0; i--) {
            int at = random.nextBoolean() ? random.nextInt(bytes.length) : random.nextInt(Math.min(64, bytes.length));
            bytes[at] = (byte) (random.nextInt(4) == 0 ? 255 : random.nextInt(256));
        }
        return bytes;
    }
}
