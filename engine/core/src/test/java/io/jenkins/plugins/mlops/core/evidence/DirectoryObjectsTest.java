package io.jenkins.plugins.mlops.core.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryObjectsTest {

    private static final List<String> NAMES = List.of(
            "a.json",
            "a/1.json",
            "a/2.json",
            "a/2/3.json",
            "a-b/1.json",
            "ab/1.json",
            "b/000000000009.json",
            "b/000000000010.json",
            "b.c/1.json",
            "c");

    @TempDir
    private Path directory;

    @Test
    void namesAreListedInOrderAfterAnyAndBelowAny() {
        DirectoryObjects objects = new DirectoryObjects(directory);
        assertThat(objects.names("a/", "", 10)).isEmpty();
        NAMES.forEach(name -> objects.add(name, new byte[] {1}));
        List<String> cuts = new ArrayList<>(List.of("", "a", "a/", "a/2", "b/", "zz"));
        cuts.addAll(NAMES);
        for (String prefix : cuts) {
            for (String after : cuts) {
                List<String> expected = new TreeSet<>(NAMES)
                        .stream()
                                .filter(name -> name.startsWith(prefix) && name.compareTo(after) > 0)
                                .toList();
                assertThat(objects.names(prefix, after, 100))
                        .as("below '" + prefix + "' after '" + after + "'")
                        .isEqualTo(expected);
                assertThat(objects.names(prefix, after, 2))
                        .isEqualTo(expected.stream().limit(2).toList());
            }
        }
        List<String> each = new ArrayList<>();
        objects.each("", each::add);
        assertThat(each).isEqualTo(List.copyOf(new TreeSet<>(NAMES)));
    }
}
