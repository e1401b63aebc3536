package io.jenkins.plugins.mlops.core.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeDigestTest {

    private static final Digest A = Digest.of("a");
    private static final Digest B = Digest.of("b");

    @Test
    void anEmptyTreeIsTheDigestOfTheHeader() {
        assertThat(new TreeDigest().finish()).isEqualTo(Digest.of("mlops-tree/1\n"));
    }

    @Test
    void theRootListsFilesAndDirectoriesByDigest() {
        Digest images = Digest.of("mlops-tree/1\nf " + A.hex() + " 1 1.png\nf " + B.hex() + " 1 2.png\n");
        Digest root = Digest.of("mlops-tree/1\nd " + images.hex() + " 2 2 images\nf " + B.hex() + " 1 labels.csv\n");
        TreeDigest tree = new TreeDigest()
                .add("images/1.png", 1, A)
                .add("images/2.png", 1, B)
                .add("labels.csv", 1, B);
        assertThat(tree.finish()).isEqualTo(root);
        assertThat(tree.files()).isEqualTo(3);
        assertThat(tree.bytes()).isEqualTo(3);
    }

    @Test
    void whatLiesInADirectoryStandsTogether() {
        List<String> paths = Arrays.asList("a.b", "a0", "a/c", "a-b", "a/b/c", "a/b.c", "\uFFFD", "\uD83D\uDE00");
        paths.sort(TreePath.ORDER);
        assertThat(paths).containsExactly("a/b/c", "a/b.c", "a/c", "a-b", "a.b", "a0", "\uFFFD", "\uD83D\uDE00");
    }

    @Test
    void aPathCannotBeFileAndDirectory() {
        TreeDigest tree = new TreeDigest().add("a", 1, A);
        assertThatThrownBy(() -> tree.add("a/b", 1, B)).isInstanceOf(MlopsException.class);
        assertThatThrownBy(() -> tree.add("a", 1, B)).hasMessageContaining("stands twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/a",
                "..",
                "a/../b",
                "a//b",
                "a/",
                ".",
                "./a",
                "a\\b",
                "a\nb",
                "a\u0000",
                "\uD83D",
                "a/\uDE00"
            })
    void aHostilePathIsRefused(String path) {
        assertThatThrownBy(() -> TreePath.check(path))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageNotContainingAny("\n", "\u0000");
    }

    @Test
    void namesAreBoundedInBytes() {
        TreePath.check("x".repeat(255));
        assertThatThrownBy(() -> TreePath.check("\u00e4".repeat(128))).hasMessageContaining("255 bytes");
        assertThatThrownBy(() -> TreePath.check("a/".repeat(2048) + "aa")).hasMessageContaining("4096 bytes");
    }

    @Property(tries = 300)
    void theOrderIsThatOfUtf8BytesSegmentBySegment(@ForAll("paths") String a, @ForAll("paths") String b) {
        byte[] x = a.replace('/', '\u0000').getBytes(StandardCharsets.UTF_8);
        byte[] y = b.replace('/', '\u0000').getBytes(StandardCharsets.UTF_8);
        assertThat(Integer.signum(TreePath.ORDER.compare(a, b)))
                .isEqualTo(Integer.signum(Arrays.compareUnsigned(x, y)));
    }

    @Property(tries = 200)
    void everyPathCountsForTheContentId(@ForAll("pathSets") Set<String> paths) {
        TreeSet<String> sorted = new TreeSet<>(TreePath.ORDER);
        sorted.addAll(paths);
        sorted.removeIf(p -> paths.stream().anyMatch(q -> q.startsWith(p + "/")));
        Digest whole = digest(sorted);
        for (String path : sorted) {
            TreeSet<String> without = new TreeSet<>(sorted);
            without.remove(path);
            assertThat(digest(without)).isNotEqualTo(whole);
        }
    }

    private static Digest digest(Iterable<String> sorted) {
        TreeDigest tree = new TreeDigest();
        sorted.forEach(path -> tree.add(path, 1, A));
        return tree.finish();
    }

    @Provide
    Arbitrary<Set<String>> pathSets() {
        return paths().set().ofMinSize(1).ofMaxSize(12);
    }

    @Provide
    Arbitrary<String> paths() {
        Arbitrary<String> segment =
                Arbitraries.of("a", "b", "a-b", "a.b", "a0", "\u00e4", "\uFFFD", "\uD83D\uDE00", "z z");
        return segment.list().ofMinSize(1).ofMaxSize(4).map(segments -> String.join("/", segments));
    }
}
