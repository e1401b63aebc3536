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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of a model and its content id, the {@link TreeDigest} over them.
 *
 * @param files in {@link TreePath#ORDER}
 */
public record ModelFiles(Digest digest, long bytes, List<ModelFile> files) {

    /** Annotation of a file in a subject: its size in bytes. */
    static final String SIZE = "size";

    /** One file. @param path below the model's directory, with {@code /} @param size in bytes */
    public record ModelFile(String path, long size, Digest sha256) {}

    public ModelFiles {
        files = List.copyOf(files);
    }

    /** The files that a statement names, with the content id that they make; empty when a size is not stated. */
    public static Optional<ModelFiles> of(Statement statement) {
        List<ModelFile> files = new ArrayList<>();
        for (ResourceDescriptor artifact : statement.subject()) {
            Optional<Digest> sha256 = artifact.digest(ResourceDescriptor.SHA256);
            if (sha256.isPresent()) {
                if (artifact.name() == null || !(artifact.annotations().get(SIZE) instanceof Number size)) {
                    return Optional.empty();
                }
                files.add(new ModelFile(artifact.name(), size.longValue(), sha256.get()));
            }
        }
        return files.isEmpty() ? Optional.empty() : Optional.of(of(files));
    }

    private static ModelFiles of(List<ModelFile> files) {
        List<ModelFile> sorted = new ArrayList<>(files);
        sorted.sort(Comparator.comparing(ModelFile::path, TreePath.ORDER));
        TreeDigest tree = new TreeDigest();
        sorted.forEach(file -> tree.add(file.path(), file.size(), file.sha256()));
        return new ModelFiles(tree.finish(), tree.bytes(), sorted);
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
        List<ModelFile> files = new ArrayList<>();
        try {
            for (String path : paths(directory)) {
                Path file = directory.resolve(path);
                files.add(new ModelFile(path, Files.size(file), Digest.of(file)));
            }
        } catch (IOException e) {
            throw MlopsException.failed("The model directory " + directory + " cannot be read: " + e.getMessage(), e);
        }
        if (files.isEmpty()) {
            throw MlopsException.usage("The model directory " + directory + " holds no file");
        }
        return of(files);
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
        return paths;
    }

    /** The model as a whole, then each file with its size, as a statement names them: the content id can be computed anew. */
    List<ResourceDescriptor> subject() {
        List<ResourceDescriptor> subject = new ArrayList<>();
        subject.add(ResourceDescriptor.tree(Statement.MODEL, digest));
        files.forEach(file ->
                subject.add(ResourceDescriptor.file(file.path(), file.sha256()).with(SIZE, file.size())));
        return subject;
    }
}
