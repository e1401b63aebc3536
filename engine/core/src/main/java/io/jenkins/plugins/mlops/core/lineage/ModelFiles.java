package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a model and its content id, the {@link TreeDigest} over them.
 *
 * @param files in {@link TreePath#ORDER}
 */
public record ModelFiles(Digest digest, long bytes, List<ModelFile> files) {

    /** One file. @param path below the model's directory, with {@code /} @param size in bytes */
    public record ModelFile(String path, long size, Digest sha256) {}

    public ModelFiles {
        files = List.copyOf(files);
    }

    /**
     * Reads every file of a model's directory once.
     *
     * @throws MlopsException of kind USAGE when the directory is absent, empty, or holds a link or another thing that is no
     *     file; FAILED when a file cannot be read
     */
    public static ModelFiles of(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw MlopsException.usage("The model directory " + directory + " does not exist");
        }
        TreeDigest tree = new TreeDigest();
        List<ModelFile> files = new ArrayList<>();
        try {
            for (String path : paths(directory)) {
                Path file = directory.resolve(path);
                ModelFile entry = new ModelFile(path, Files.size(file), Digest.of(file));
                tree.add(path, entry.size(), entry.sha256());
                files.add(entry);
            }
        } catch (IOException e) {
            throw MlopsException.failed("The model directory " + directory + " cannot be read: " + e.getMessage(), e);
        }
        if (files.isEmpty()) {
            throw MlopsException.usage("The model directory " + directory + " holds no file");
        }
        return new ModelFiles(tree.finish(), tree.bytes(), files);
    }

    private static List<String> paths(Path directory) throws IOException {
        List<String> paths = new ArrayList<>();
        try (Stream<Path> below = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) below::iterator) {
                if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    continue;
                }
                if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw MlopsException.usage("The model's " + path + " is a link or no plain file:"
                            + " a model is recorded by its files alone, put a copy there");
                }
                paths.add(directory.relativize(path).toString().replace(File.separatorChar, '/'));
            }
        }
        paths.sort(TreePath.ORDER);
        return paths;
    }

    /** The model as a whole, then each file, as a statement names them. */
    List<ResourceDescriptor> subject() {
        List<ResourceDescriptor> subject = new ArrayList<>();
        subject.add(ResourceDescriptor.tree(Statement.MODEL, digest));
        files.forEach(file -> subject.add(ResourceDescriptor.file(file.path(), file.sha256())));
        return subject;
    }
}
