package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.file.FileTree;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The directory of one training, fresh for each. What the training writes lies in {@code output.partial} until all is done and
 * is then renamed to {@code output}: a model that looks done is done.
 */
public final class RunDirectory {

    private final Path root;
    private final String modelPath;

    private RunDirectory(Path root, String modelPath) {
        this.root = root;
        this.modelPath = modelPath;
    }

    /**
     * Makes the directory.
     *
     * @param modelPath the model's directory below the output directory
     * @throws MlopsException of kind USAGE when there is something already
     */
    public static RunDirectory create(Path root, String modelPath) {
        Path absolute = root.toAbsolutePath().normalize();
        try {
            Files.createDirectories(Objects.requireNonNull(absolute.getParent(), "a run directory has a parent"));
            if (Files.isDirectory(absolute) && isEmpty(absolute)) {
                Files.delete(absolute);
            }
            Files.createDirectory(absolute);
            RunDirectory directory = new RunDirectory(absolute.toRealPath(), modelPath);
            Files.createDirectories(directory.model());
            Files.createDirectory(directory.checkpoints());
            Files.createDirectory(directory.logs());
            Files.createDirectory(directory.lineage());
            return directory;
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw MlopsException.usage(
                    "The run directory " + absolute
                            + " holds something already: each training wants a fresh one, name another",
                    e);
        } catch (IOException e) {
            throw MlopsException.failed("The run directory " + absolute + " cannot be made: " + e.getMessage(), e);
        }
    }

    /** A directory that {@link #create} has made. */
    public static RunDirectory at(Path root, String modelPath) {
        return new RunDirectory(root, modelPath);
    }

    public Path root() {
        return root;
    }

    Path output() {
        return root.resolve("output.partial");
    }

    public Path model() {
        return output().resolve(modelPath);
    }

    /** Where the model will be when all is done. */
    Path finishedModel() {
        return root.resolve("output").resolve(modelPath);
    }

    Path trainingDataset() {
        return root.resolve("dataset");
    }

    Path evaluationDataset() {
        return root.resolve("evaluation-dataset");
    }

    public Path parent() {
        return root.resolve("parent");
    }

    public Path checkpoints() {
        return root.resolve("checkpoints");
    }

    public Path params() {
        return root.resolve("params.json");
    }

    Path logs() {
        return root.resolve("logs");
    }

    Path lineage() {
        return root.resolve("lineage");
    }

    public Path evaluation() {
        return root.resolve("evaluation");
    }

    /** What is recorded of the training. */
    public TrainingFiles files() {
        return new TrainingFiles(model(), evaluation(), lineage());
    }

    /** Empties the output directory for another try. */
    void clearOutput() throws IOException {
        FileTree.delete(output());
        Files.createDirectories(model());
    }

    /** Makes the output look done. */
    void publishOutput() throws IOException {
        Files.move(output(), root.resolve("output"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Undoes {@link #publishOutput}, if it was done; whoever did it died before it could say so. */
    void unpublishOutput() throws IOException {
        Path published = root.resolve("output");
        if (Files.isDirectory(published) && !Files.exists(output())) {
            Files.move(published, output(), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Removes the whole directory, for a training that never started. */
    public void discard() {
        try {
            FileTree.delete(root);
        } catch (IOException e) {
            // What is left is empty directories, which do no harm; the failure that led here is the one to tell.
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.findAny().isEmpty();
        }
    }
}
