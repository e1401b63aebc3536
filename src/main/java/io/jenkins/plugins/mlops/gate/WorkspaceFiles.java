package io.jenkins.plugins.mlops.gate;

import hudson.FilePath;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.gate.InputFile;
import io.jenkins.plugins.mlops.step.AgentTask;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Files that a pipeline names, read on the agent of its workspace. A relative path starts at the present directory of the
 * pipeline; an absolute one, and {@code ..}, reach what else the agent's user may read, as with {@code readFile}: whoever may
 * write the pipeline runs commands as that user anyway. Reports and errors name a file as the pipeline does.
 */
final class WorkspaceFiles {

    private final FilePath directory;

    WorkspaceFiles(FilePath directory) {
        this.directory = directory;
    }

    /**
     * Reads a file of limited size.
     *
     * @throws MlopsException of kind USAGE when it is absent, too large or no UTF-8 text
     */
    InputFile read(String path) throws IOException, InterruptedException {
        return read(directory.child(path), path);
    }

    /** Reads a file whose path starts at the directory of another one. */
    InputFile readBeside(String other, String path) throws IOException, InterruptedException {
        FilePath base = directory.child(other).getParent();
        return read(base == null ? directory.child(path) : base.child(path), path);
    }

    private static InputFile read(FilePath file, String name) throws IOException, InterruptedException {
        return InputFile.of(name, file.act(new Reading(name)), neighbour -> open(file, neighbour));
    }

    /** A file beside another one, which may be large: it is streamed to who reads it. */
    private static InputStream open(FilePath file, String neighbour) throws IOException {
        try {
            FilePath beside = file.sibling(neighbour);
            if (beside == null || !beside.exists()) {
                throw new NoSuchFileException(neighbour);
            }
            return beside.read();
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Reading " + neighbour);
        }
    }

    /** Reads on the agent, so that a file that is too large does not travel. */
    private static final class Reading extends AgentTask<byte[]> {

        private static final long serialVersionUID = 1L;

        private final String name;

        Reading(String name) {
            this.name = name;
        }

        @Override
        protected byte[] run(Path file) throws IOException {
            try {
                if (Files.exists(file) && !Files.isRegularFile(file)) {
                    throw MlopsException.usage("The file " + name + " is a directory or a device: name a file");
                }
                InputFile.checkSize(name, Files.size(file));
                try (InputStream in = Files.newInputStream(file)) {
                    byte[] bytes = in.readNBytes((int) InputFile.MAX_BYTES + 1); // it may be growing
                    InputFile.checkSize(name, bytes.length);
                    return bytes;
                }
            } catch (NoSuchFileException e) {
                throw InputFile.absent(name);
            } catch (IOException e) {
                throw MlopsException.usage("The file " + name + " cannot be read: " + e, e);
            }
        }
    }
}
