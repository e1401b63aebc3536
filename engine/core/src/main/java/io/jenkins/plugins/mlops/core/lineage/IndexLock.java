package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps the index file from being replaced while it is open. SQLite guards the content of a database; removing its files
 * below an open connection is beyond it. Users of the index hold the lock shared, who replaces it holds it alone, across
 * threads (a read-write lock) and processes (a lock on the file {@code index.lock}; the JVM holds one for all its threads).
 */
final class IndexLock {

    private static final ConcurrentMap<Path, IndexLock> LOCKS = new ConcurrentHashMap<>();

    private final Path directory;
    private final Path file;
    private final ReentrantReadWriteLock threads = new ReentrantReadWriteLock(true);
    private FileChannel channel;
    private int holders;

    private IndexLock(Path directory) {
        this.directory = directory;
        this.file = directory.resolve("index.lock");
    }

    /** The lock of the index in that directory. */
    static IndexLock in(Path directory) {
        return LOCKS.computeIfAbsent(directory, IndexLock::new);
    }

    /** The lock while it is held; closed by the thread that took it. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    Held shared() {
        return take(threads.readLock(), true);
    }

    Held alone() {
        return take(threads.writeLock(), false);
    }

    private Held take(Lock lock, boolean shared) {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Waiting for the lineage index");
        }
        try {
            acquire(shared);
        } catch (FileLockInterruptionException | ClosedByInterruptException e) {
            lock.unlock();
            throw MlopsException.interrupted("Waiting for the lineage index");
        } catch (IOException e) {
            lock.unlock();
            throw MlopsException.failed(
                    "The lineage index cannot be locked by " + file + " (" + e
                            + "): is the store on a writable local disk?",
                    e);
        }
        return () -> {
            release();
            lock.unlock();
        };
    }

    private synchronized void acquire(boolean shared) throws IOException {
        if (holders == 0) {
            Files.createDirectories(directory);
            FileChannel opened = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                opened.lock(0, Long.MAX_VALUE, shared);
            } catch (IOException e) {
                opened.close();
                throw e;
            }
            channel = opened;
        }
        holders++;
    }

    private synchronized void release() {
        if (--holders == 0) {
            try {
                channel.close(); // which gives the lock back
            } catch (IOException e) {
                throw MlopsException.failed("The lock " + file + " cannot be given back: " + e, e);
            }
        }
    }
}
