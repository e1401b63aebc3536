package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        DirectoryWalk here = new DirectoryWalk(directory);
        for (Manifest.Entry entry : entries) {
            DirectoryWalk.Found found = here.next();
            if (found == null
                    || !found.path().equals(entry.path())
                    || !BlobFile.isSealed(found.attributes(), entry.size())) {
                return false;
            }
        }
        return here.next() == null;
    }

    /** Paths that are here and that no pull put here. */
    List<String> foreignFiles() throws IOException {
        List<String> foreign = new ArrayList<>();
        DirectoryComparison comparison =
                new DirectoryComparison(directory, manifest().entries().iterator());
        try {
            comparison.forEachRemaining(pair -> {
                if (pair.entry() == null) {
                    foreign.add(pair.found().path());
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return foreign;
    }

    /** A file's path as manifests write it. */
    static String pathOf(Path directory, Path file) {
        List<String> names = new ArrayList<>();
        directory.relativize(file).forEach(name -> names.add(name.toString()));
        return String.join("/", names);
    }
}
