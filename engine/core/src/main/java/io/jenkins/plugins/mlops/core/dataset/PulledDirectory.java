package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A directory that a pull made: the dataset's files, and in {@code .mlops} the manifest of the whole version and a marker that
 * says which part of it is here. Reads only.
 */
final class PulledDirectory {

    /** The name, at the top, below which a pull keeps its manifest and marker. */
    static final String OWN_NAME = ".mlops";

    static final String MANIFEST = "manifest.json";

    private static final String MARKER = "pull.json";

    private final Path directory;

    PulledDirectory(Path directory) {
        this.directory = directory;
    }

    /** What a walk found at a path. */
    record Found(Path file, BasicFileAttributes attributes) {}

    static Path manifestFile(Path directory) {
        return directory.resolve(OWN_NAME).resolve(MANIFEST);
    }

    static Path markerFile(Path directory) {
        return directory.resolve(OWN_NAME).resolve(MARKER);
    }

    /** Whether a pull made it. */
    boolean isOurs() {
        return Files.isRegularFile(markerFile(directory), LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(manifestFile(directory), LinkOption.NOFOLLOW_LINKS);
    }

    boolean isEmpty() throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.findAny().isEmpty();
        }
    }

    PullMarker marker() {
        return Documents.read(markerFile(directory), PullMarker.class);
    }

    Manifest manifest() {
        return Manifest.read(manifestFile(directory));
    }

    /** The entries that belong here. */
    static List<Manifest.Entry> selected(Manifest manifest, Selection selection) {
        if (selection.isAll()) {
            return manifest.entries();
        }
        var wanted = selection.of(
                manifest.entries().stream().map(Manifest.Entry::path).toList());
        return manifest.entries().stream()
                .filter(entry -> wanted.contains(entry.path()))
                .toList();
    }

    /** Whether exactly these files are here, none of them written to since they were verified. */
    boolean holds(PullMarker wanted, List<Manifest.Entry> entries) throws IOException {
        if (!isOurs()) {
            return false;
        }
        try {
            if (!marker().equals(wanted)) {
                return false;
            }
        } catch (MlopsException damaged) {
            return false;
        }
        Map<String, Found> found = files();
        return found.size() == entries.size()
                && entries.stream()
                        .allMatch(entry -> found.containsKey(entry.path())
                                && BlobFile.isSealed(found.get(entry.path()).attributes(), entry.size()));
    }

    /** Paths that are here and that no pull put here. */
    List<String> foreignFiles() throws IOException {
        Map<String, Found> found = new HashMap<>(files());
        manifest().entries().forEach(entry -> found.remove(entry.path()));
        return found.keySet().stream().sorted().toList();
    }

    /** All that is here, but for directories and what a pull keeps for itself. */
    Map<String, Found> files() throws IOException {
        Map<String, Found> found = new HashMap<>();
        Path own = directory.resolve(OWN_NAME);
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                return dir.equals(own) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                found.put(pathOf(directory, file), new Found(file, attributes));
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    /** A file's path as manifests write it. */
    static String pathOf(Path directory, Path file) {
        List<String> names = new ArrayList<>();
        directory.relativize(file).forEach(name -> names.add(name.toString()));
        return String.join("/", names);
    }
}
