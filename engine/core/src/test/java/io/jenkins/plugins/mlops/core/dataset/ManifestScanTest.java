package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestScanTest {

    @TempDir
    private Path directory;

    private Manifest written(Path file) throws Exception {
        Manifest manifest = Manifest.of(
                "digits",
                new Manifest.Source("test:1", "file:///x"),
                null,
                List.of(entry("a.png", "one"), entry("b.png", "two")));
        manifest.write(file);
        return manifest;
    }

    private static Manifest.Entry entry(String path, String content) {
        return new Manifest.Entry(path, content.length(), Digest.of(content), "k/" + path, null, null, null);
    }

    @Test
    void whatIsWrittenIsReadWithoutKeepingIt() throws Exception {
        Path file = directory.resolve("m.json");
        Manifest manifest = written(file);
        List<Manifest.Entry> seen = new ArrayList<>();
        ManifestScan scan = ManifestScan.read(file, "m.json", seen::add);
        assertThat(scan.version().contentId()).isEqualTo(manifest.content());
        assertThat(seen).isEqualTo(manifest.entries());
    }

    @Test
    void whatFollowsTheDocumentIsRefused() throws Exception {
        Path file = directory.resolve("m.json");
        written(file);
        Files.writeString(file, Files.readString(file) + "{}");
        assertThatThrownBy(() -> ManifestScan.read(file, "m.json", entry -> {}))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("more follows");
    }
}
