package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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

    private static final Map<Object, CacheLocks> OPEN = new HashMap<>();
    private static final String FILE = "locks";
    private static final long SHORTEST_POLL_MILLIS = 1;
    private static final long LONGEST_POLL_MILLIS = 50;

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
        return in(new CacheDirectory(directory));
    }

    /**
     * As the other. The file is known by what it is and not by its name: a cache that was removed and made anew has other locks.
     *
     * @throws MlopsException of kind REFUSED when this user may not write to the cache
     */
    static CacheLocks in(CacheDirectory directory) throws IOException {
        Path file = directory.make().toRealPath().resolve(FILE);
        synchronized (OPEN) {
            CacheLocks locks = Files.exists(file) ? OPEN.get(identity(file)) : null;
            if (locks == null) {
                locks = new CacheLocks(directory.open(FILE));
                OPEN.put(identity(file), locks);
            }
            return locks;
        }
    }

    private static Object identity(Path file) throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        return key == null ? file : key;
    }

    /**
     * Waits for the lock, does the work and lets the lock go.
     *
     * @throws MlopsException of kind INTERRUPTED when the thread is interrupted while it waits
     */
    <T> T holding(String name, Work<T> work) throws IOException {
        long position = position(name);
        Turn turn = join(position);
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

    /**
     * Does the work if nobody holds the lock, without waiting.
     *
     * @return whether it was done
     */
    boolean trying(String name, Work<?> work) throws IOException {
        long position = position(name);
        Turn turn = join(position);
        try {
            if (!turn.lock.tryLock()) {
                return false;
            }
            try (FileLock lock = tryLock(position)) {
                if (lock == null) {
                    return false;
                }
                work.run();
                return true;
            } finally {
                turn.lock.unlock();
            }
        } finally {
            leave(position);
        }
    }

    /**
     * Takes a lock that nobody else wants, until it is closed, by whichever thread, or the process ends.
     *
     * @throws IOException when somebody holds it
     */
    FileLock keep(String name) throws IOException {
        FileLock lock = tryLock(position(name));
        if (lock == null) {
            throw new IOException("the lock " + name + " is taken");
        }
        return lock;
    }

    private static long position(String name) {
        return Long.parseUnsignedLong(Digest.of(name).hex().substring(0, 16), 16) >>> 2;
    }

    private Turn join(long position) {
        return turns.compute(position, (key, present) -> {
            Turn mine = present == null ? new Turn() : present;
            mine.users++;
            return mine;
        });
    }

    /** Asks again and again: the blocking call would close the channel, and so drop all locks, on an interruption. */
    private FileLock poll(long position) throws IOException, InterruptedException {
        for (long wait = SHORTEST_POLL_MILLIS; ; wait = Math.min(2 * wait, LONGEST_POLL_MILLIS)) {
            FileLock lock = tryLock(position);
            if (lock != null) {
                return lock;
            }
            TimeUnit.MILLISECONDS.sleep(wait);
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
