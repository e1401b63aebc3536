package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Named locks that hold over threads and processes and end with the process that holds them. A name is a byte of one lock
 * file, chosen by the name's digest, and the operating system locks that byte; threads of this process first wait for each
 * other, since it knows no threads. The file stays open for the life of the process: POSIX systems drop all locks of a
 * process on a file when it closes any of its descriptors.
 */
final class CacheLocks {

    private static final Map<Path, CacheLocks> OPEN = new HashMap<>();
    private static final long POLL_MILLIS = 50;

    private final FileChannel channel;
    private final Map<Long, Turn> turns = new ConcurrentHashMap<>();

    /** Work that needs a lock. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** The queue of this process's threads for one name; it goes when nobody waits. */
    private static final class Turn {
        private final ReentrantLock lock = new ReentrantLock(true);
        private int users;
    }

    private CacheLocks(FileChannel channel) {
        this.channel = channel;
    }

    /** The locks of the cache in this directory, which is made when it is missing. */
    static CacheLocks in(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.toRealPath().resolve("locks");
        synchronized (OPEN) {
            CacheLocks locks = OPEN.get(file);
            if (locks == null) {
                locks = new CacheLocks(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
                OPEN.put(file, locks);
            }
            return locks;
        }
    }

    /**
     * Waits for the lock, does the work and lets the lock go.
     *
     * @throws MlopsException of kind INTERRUPTED when the thread is interrupted while it waits
     */
    <T> T holding(String name, Work<T> work) throws IOException {
        long position = Long.parseUnsignedLong(Digest.of(name).hex().substring(0, 16), 16) >>> 2;
        Turn turn = turns.compute(position, (key, present) -> {
            Turn mine = present == null ? new Turn() : present;
            mine.users++;
            return mine;
        });
        try {
            turn.lock.lockInterruptibly();
            try (FileLock lock = poll(position)) {
                Objects.requireNonNull(lock);
                return work.run();
            } finally {
                turn.lock.unlock();
            }
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Waiting for another pull of the same data");
        } finally {
            leave(position);
        }
    }

    /** Asks again and again: the blocking call would close the channel, and so drop all locks, on an interruption. */
    private FileLock poll(long position) throws IOException, InterruptedException {
        while (true) {
            FileLock lock = tryLock(position);
            if (lock != null) {
                return lock;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /**
     * Null when another holds it, be it in this process: an agent of Jenkins loads this class anew when it reconnects, while
     * work of the old one may still go on.
     */
    private FileLock tryLock(long position) throws IOException {
        try {
            return channel.tryLock(position, 1, false);
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private void leave(long position) {
        turns.computeIfPresent(position, (key, turn) -> --turn.users == 0 ? null : turn);
    }
}
