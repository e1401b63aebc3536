package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.UUID;

/**
 * What one pull needs of the cache: no eviction removes it until the lease is closed or the process has ended, however that
 * ended. Nothing is written before the first file is held. {@link CacheEviction} has the protocol. Thread-safe.
 */
final class CacheLease implements AutoCloseable {

    private final CacheDirectory directory;
    private final CacheLocks locks;
    private final String name = UUID.randomUUID().toString();
    private FileLock alive;
    private Path file;
    private FileChannel channel;
    private int head;

    private CacheLease(CacheDirectory directory, CacheLocks locks) {
        this.directory = directory;
        this.locks = locks;
    }

    /** A lease in the cache of this directory as it is now: it may have been removed and made anew since the last pull. */
    static CacheLease in(Path cache) throws IOException {
        CacheDirectory directory = new CacheDirectory(cache);
        return new CacheLease(directory, CacheLocks.in(directory));
    }

    CacheDirectory directory() {
        return directory;
    }

    CacheLocks locks() {
        return locks;
    }

    /** When this returns, the cache has the files or has them not, and no eviction changes that. */
    void hold(Collection<Digest> files) throws IOException {
        if (files.isEmpty()) {
            return;
        }
        byte[] lines = LeaseFile.lines(files);
        locks.holding(CacheLeases.GATE, () -> {
            append(lines);
            return null;
        });
    }

    private synchronized void append(byte[] lines) throws IOException {
        if (channel == null) {
            Path leases = directory.make(CacheLeases.DIRECTORY);
            alive = locks.keep(CacheLeases.aliveName(name));
            file = leases.resolve(name);
            channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            directory.share(file);
            byte[] first =
                    new LeaseFile(null, "process " + ProcessHandle.current().pid()).head();
            head = first.length;
            CacheLeases.write(channel, first);
        }
        CacheLeases.write(channel, lines);
    }

    /** Holds the same files for somebody beyond this lease. */
    void handOver(CacheTerm term) throws IOException {
        locks.holding(CacheLeases.GATE, () -> {
            CacheLeases.name(directory, new LeaseFile(term.end(), term.holder()), this::copyTo);
            return null;
        });
    }

    private synchronized void copyTo(FileChannel other) throws IOException {
        if (channel == null) {
            return;
        }
        try (FileChannel own = FileChannel.open(file, StandardOpenOption.READ)) {
            CacheLeases.append(own, head, other);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (alive == null) {
            return;
        }
        try {
            if (channel != null) {
                channel.close();
                Files.deleteIfExists(file);
            }
        } finally {
            alive.release();
        }
    }
}
