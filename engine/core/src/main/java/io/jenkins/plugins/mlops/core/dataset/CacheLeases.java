package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All leases of a cache, as one who evicts sees them: those of processes that live, and the named ones that have not expired. What
 * was read once is not read again. Used by one thread, which holds the gate.
 */
final class CacheLeases {

    /** The lock under which leases grow, and under which files are removed. */
    static final String GATE = "leases";

    static final String DIRECTORY = "leases";

    private static final String NAMED = "named-";
    private static final int MAX_HEAD = 4096;

    /** Lines read at a time. */
    private static final int PART = 8192;

    private final Path directory;
    private final CacheLocks locks;
    private final Map<Path, Known> known = new HashMap<>();

    /** What was read of a lease. */
    private static final class Known {
        private final LeaseFile head;
        private long position;
        private long[] keys = {};

        Known(LeaseFile head, long position) {
            this.head = head;
            this.position = position;
        }
    }

    CacheLeases(Path cache, CacheLocks locks) {
        this.directory = cache.resolve(DIRECTORY);
        this.locks = locks;
    }

    /** The name of the lock that tells whether the process of a lease lives. */
    static String aliveName(String lease) {
        return "lease " + lease;
    }

    /** Writes a part of a lease. */
    @FunctionalInterface
    interface Lines {
        void writeTo(FileChannel lease) throws IOException;
    }

    /**
     * Holds files until a time, whatever becomes of this process; what was held by this name before is held no longer. The caller holds
     * the gate.
     */
    static void name(CacheDirectory cache, LeaseFile lease, Lines lines) throws IOException {
        Path file = cache.make(DIRECTORY).resolve(namedFile(lease.holder()));
        Path unfinished = CacheDirectory.unfinishedBeside(file);
        try {
            try (FileChannel channel =
                    FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                write(channel, lease.head());
                lines.writeTo(channel);
            }
            cache.share(unfinished);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /**
     * Gives a named lease another end. The caller holds the gate.
     *
     * @return whether there was one
     */
    static boolean prolong(CacheDirectory cache, LeaseFile lease) throws IOException {
        Path file = cache.root().resolve(DIRECTORY).resolve(namedFile(lease.holder()));
        try (FileChannel before = FileChannel.open(file, StandardOpenOption.READ)) {
            long lines = readHead(file).position;
            name(cache, lease, other -> append(before, lines, other));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Copies the lines of a lease, which begin at a position, to the end of another. */
    static void append(FileChannel from, long position, FileChannel to) throws IOException {
        for (long at = position; at < from.size(); ) {
            at += from.transferTo(at, from.size() - at, to);
        }
    }

    static void write(FileChannel channel, byte[] bytes) throws IOException {
        for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
            channel.write(left);
        }
    }

    /** Where the lease of this name is. */
    static String namedFile(String holder) {
        return NAMED + Digest.of(holder).hex();
    }

    /** Looks who holds what now, and clears away what dead processes left and what has expired. */
    void refresh(Instant now) throws IOException {
        Set<Path> there = new HashSet<>();
        for (Path file : files()) {
            try {
                if (isInForce(file, now)) {
                    there.add(file);
                    readOn(file);
                } else {
                    clear(file);
                }
            } catch (NoSuchFileException e) {
                there.remove(file); // let go meanwhile
            }
        }
        known.keySet().retainAll(there);
    }

    private static void clear(Path file) throws IOException {
        try {
            Files.deleteIfExists(file);
        } catch (AccessDeniedException e) {
            return; // its owner clears it away; it holds nothing
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> !CacheDirectory.nameOf(file).endsWith(CacheDirectory.UNFINISHED))
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private boolean isInForce(Path file, Instant now) throws IOException {
        String name = CacheDirectory.nameOf(file);
        if (!name.startsWith(NAMED)) {
            return !locks.trying(aliveName(name), () -> null);
        }
        LeaseFile head = readHead(file).head;
        Known before = known.get(file);
        if (before != null && !before.head.equals(head)) {
            known.remove(file);
        }
        return now.isBefore(head.until());
    }

    private void readOn(Path file) throws IOException {
        Known lease = known.get(file);
        if (lease == null) {
            lease = readHead(file);
            known.put(file, lease);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int lines = Math.toIntExact((channel.size() - lease.position) / LeaseFile.LINE);
            if (lines == 0) {
                return;
            }
            int at = lease.keys.length;
            lease.keys = Arrays.copyOf(lease.keys, Math.addExact(at, lines));
            ByteBuffer part = ByteBuffer.allocate(PART * LeaseFile.LINE);
            while (at < lease.keys.length) {
                part.clear().limit(Math.min(PART, lease.keys.length - at) * LeaseFile.LINE);
                while (part.hasRemaining()) {
                    if (channel.read(part, lease.position + part.position()) < 0) {
                        throw unreadable(file);
                    }
                }
                for (int line = 0; line < part.limit(); line += LeaseFile.LINE) {
                    lease.keys[at++] = LeaseFile.key(part.array(), line);
                }
                lease.position += part.limit();
            }
            Arrays.sort(lease.keys);
        } catch (AccessDeniedException | NumberFormatException e) {
            throw unreadable(file);
        }
    }

    private static Known readHead(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(MAX_HEAD);
            channel.read(bytes, 0);
            int end = 0;
            while (end < bytes.position() && bytes.get(end) != '\n') {
                end++;
            }
            LeaseFile head = LeaseFile.parse(new String(bytes.array(), 0, end, StandardCharsets.UTF_8))
                    .orElseThrow(() -> unreadable(file));
            return new Known(head, end + 1L);
        } catch (AccessDeniedException e) {
            throw unreadable(file);
        }
    }

    /** What cannot be read may hold anything. */
    private static MlopsException unreadable(Path file) {
        return MlopsException.failed(
                "The lease " + file + " cannot be read, so nothing is evicted: let its owner or a newer"
                        + " version evict, or remove it when no pull and no build uses the cache");
    }

    boolean holds(Digest file) {
        long key = LeaseFile.key(file);
        return known.values().stream().anyMatch(lease -> Arrays.binarySearch(lease.keys, key) >= 0);
    }

    /** The leases in force. */
    List<CacheStats.Holder> holders() {
        List<CacheStats.Holder> holders = new ArrayList<>();
        known.values()
                .forEach(lease ->
                        holders.add(new CacheStats.Holder(lease.head.holder(), lease.head.until(), lease.keys.length)));
        return holders;
    }
}
