package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryWalkTest {

    private static final List<String> PATHS =
            List.of("a/x", "a.b", "a/y/z", "a-c/1", "\u00fc", "\uD83D\uDE00/1", "\uFFFC", "zz", "A");

    @TempDir
    private Path directory;

    @BeforeEach
    void setUp() throws IOException {
        for (String path : PATHS) {
            Path file = directory.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, path);
        }
        Files.createDirectories(directory.resolve("empty/deeper"));
        Files.createDirectories(directory.resolve(".mlops"));
        Files.writeString(directory.resolve(".mlops/pull.json"), "{}");
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("a"));
    }

    @Test
    void filesComeInTheOrderOfManifests() throws IOException {
        List<String> found = new ArrayList<>();
        DirectoryWalk walk = new DirectoryWalk(directory);
        for (DirectoryWalk.Found file = walk.next(); file != null; file = walk.next()) {
            found.add(file.path());
        }
        List<String> wanted = new ArrayList<>(PATHS);
        wanted.add("link");
        wanted.sort(TreePath.ORDER);
        assertThat(found).isEqualTo(wanted);
    }

    @Test
    void eachPathStandsBesideItsEntry() throws IOException {
        List<Manifest.Entry> entries = new ArrayList<>();
        for (String path : List.of("0", "a/x", "a/y", "a/y/z/1", "zz", "zzz")) {
            entries.add(new Manifest.Entry(path, 1, Digest.of(path), null, null, null, null));
        }
        entries.sort((one, other) -> TreePath.ORDER.compare(one.path(), other.path()));
        List<String> both = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        int foreign = 0;
        DirectoryComparison comparison = new DirectoryComparison(directory, entries.iterator());
        while (comparison.hasNext()) {
            DirectoryComparison.Pair pair = comparison.next();
            if (pair.entry() == null) {
                foreign++;
            } else {
                (pair.found() == null ? missing : both).add(pair.entry().path());
            }
        }
        assertThat(both).containsExactly("a/x", "zz");
        assertThat(missing).containsExactly("0", "a/y", "a/y/z/1", "zzz");
        assertThat(foreign).isEqualTo(PATHS.size() + 1 - 2);
    }
}
