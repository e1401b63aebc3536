package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Finds the files of a directory that is to be published, and refuses what cannot be part of a dataset. */
final class PublishableFiles {

    /** What Java puts for bytes of a file name that the locale's encoding does not have. */
    private static final char REPLACEMENT = '\uFFFD';

    private final Path directory;
    private final PublishOptions.Links links;

    PublishableFiles(Path directory, PublishOptions.Links links) {
        this.directory = directory;
        this.links = links;
    }

    /**
     * By path, in {@link TreePath#ORDER}; empty directories are not part of a dataset.
     *
     * @throws MlopsException of kind USAGE when a path breaks the rules or clashes, a file is special, or a link is refused
     */
    Map<String, Path> find() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw MlopsException.usage("The directory " + directory + " does not exist");
        }
        Map<String, Path> found = new TreeMap<>(TreePath.ORDER);
        Set<FileVisitOption> follow =
                links == PublishOptions.Links.FOLLOW ? Set.of(FileVisitOption.FOLLOW_LINKS) : Set.of();
        Files.walkFileTree(
                directory.toRealPath(), follow, Integer.MAX_VALUE, new Visitor(directory.toRealPath(), found));
        PathClashes clashes = new PathClashes();
        found.keySet().forEach(clashes::add);
        return found;
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;
        private final Map<String, Path> found;

        Visitor(Path root, Map<String, Path> found) {
            this.root = root;
            this.found = found;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return dir.equals(root.resolve(PulledDirectory.OWN_NAME))
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isSymbolicLink()) {
                if (links == PublishOptions.Links.SKIP) {
                    return FileVisitResult.CONTINUE;
                }
                throw MlopsException.usage(file + " is a symbolic link"
                        + (links == PublishOptions.Links.FOLLOW ? " to nothing" : "")
                        + ": remove it, or choose with --links whether links are followed or skipped");
            }
            if (!attributes.isRegularFile()) {
                throw MlopsException.usage(file + " is neither a file nor a directory and cannot be published");
            }
            String path = PulledDirectory.pathOf(root, file);
            if (path.indexOf(REPLACEMENT) >= 0) {
                throw MlopsException.usage("The file name '" + path + "' cannot be read in this locale ("
                        + Charset.defaultCharset() + ", " + System.getProperty("sun.jnu.encoding")
                        + "): set LC_ALL=C.UTF-8 and try again");
            }
            found.put(TreePath.check(path), file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof FileSystemLoopException) {
                throw MlopsException.usage(file + " is a symbolic link that leads back to where it lies", e);
            }
            throw e;
        }
    }
}
