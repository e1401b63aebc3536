package io.jenkins.plugins.mlops.core.execution;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;

/** Keeps two watchers from driving one execution; a process that is killed lets go of it. */
final class DirectoryLock implements AutoCloseable {

    private final RandomAccessFile file;

    private DirectoryLock(RandomAccessFile file) {
        this.file = file;
    }

    /** @throws MlopsException of kind USAGE when somebody has it */
    static DirectoryLock take(Path directory) throws IOException {
        RandomAccessFile file =
                new RandomAccessFile(directory.resolve("execution.lock").toFile(), "rw");
        FileLock lock;
        try {
            lock = file.getChannel().tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        if (lock == null) {
            file.close();
            throw MlopsException.usage("The execution in " + directory + " is watched by another process already");
        }
        return new DirectoryLock(file);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new IllegalStateException("a lock file cannot be closed", e);
        }
    }
}
