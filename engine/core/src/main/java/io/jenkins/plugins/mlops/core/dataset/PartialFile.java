package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.ContentSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

/**
 * A download in the cache that is not finished: absent, growing, then installed or discarded; or kept, with the ETag of what
 * it is a part of, for a later process to go on with. It is hashed as it grows. Only the holder of its lock touches it.
 */
final class PartialFile implements ContentSink, AutoCloseable {

    /** What the name of the file with the ETag ends in. */
    static final String ETAG = ".etag";

    /** A smaller rest is as quickly downloaded again. */
    private static final long WORTH_KEEPING = 256 * 1024;

    private static final int BUFFER = 1 << 17;

    /**
     * Bytes of a write. Linux takes memory for a file in pieces of what is written at once; up to this size it has pieces at hand that were
     * used a moment ago, larger ones it takes from memory that nobody has touched for long, which costs a multiple in a virtual machine.
     */
    private static final int WRITTEN = 1 << 15;

    private final CacheDirectory directory;
    private final Path path;
    private final Path etagPath;
    private final FileChannel channel;
    private final MessageDigest sha256 = Digest.newSha256();
    private final boolean worthKeeping;
    private final LongConsumer arrived;
    private final ContentCheck check;
    private String etag;
    private long position;
    private boolean gone;

    private PartialFile(CacheDirectory directory, Path path, long size, ContentCheck check, LongConsumer arrived)
            throws IOException {
        this.directory = directory;
        this.path = path;
        this.check = check;
        this.etagPath = path.resolveSibling(path.getFileName() + ETAG);
        this.worthKeeping = size >= WORTH_KEEPING;
        this.arrived = arrived;
        this.channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /**
     * Opens what an earlier download left, if it can be gone on with, else an empty one.
     *
     * @param directory of the cache
     * @param check sees all bytes; null for none
     * @param arrived hears how many bytes more are here; negative when they are forgotten
     */
    static PartialFile open(CacheDirectory directory, Path path, long size, ContentCheck check, LongConsumer arrived)
            throws IOException {
        PartialFile file = new PartialFile(directory, path, size, check, arrived);
        boolean done = false;
        try {
            file.takeUp(size);
            done = true;
            return file;
        } finally {
            if (!done) {
                file.channel.close();
            }
        }
    }

    private void takeUp(long size) throws IOException {
        long there = channel.size();
        if (there == 0) {
            directory.share(path);
            return;
        }
        if (there > size || !worthKeeping || !Files.exists(etagPath)) {
            restart();
            return;
        }
        etag = Files.readString(etagPath);
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        while (channel.read(buffer) >= 0) {
            sha256.update(buffer.flip());
            if (check != null) {
                check.update(buffer.array(), 0, buffer.limit());
            }
            position += buffer.limit();
            buffer.clear();
        }
        arrived.accept(position);
    }

    /** The state of the object that the bytes here belong to; null when there are none. */
    String etag() {
        return position == 0 ? null : etag;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void begin(String newEtag) throws IOException {
        if (worthKeeping && newEtag != null && !newEtag.equals(etag)) {
            Files.deleteIfExists(etagPath);
            Files.writeString(etagPath, newEtag);
            directory.share(etagPath);
        }
        etag = newEtag;
    }

    @Override
    public void write(byte[] buffer, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
        while (bytes.position() < length) {
            bytes.limit(Math.min(length, bytes.position() + WRITTEN));
            channel.write(bytes);
        }
        sha256.update(buffer, 0, length);
        if (check != null) {
            check.update(buffer, 0, length);
        }
        position += length;
        arrived.accept(length);
    }

    @Override
    public void digest(MessageDigest digest) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        for (long at = 0; at < position; at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER, position - at));
            if (channel.read(buffer, at) < 0) {
                throw new IOException(path + " became shorter");
            }
            digest.update(buffer.flip());
        }
    }

    @Override
    public void restart() throws IOException {
        channel.truncate(0).position(0);
        sha256.reset();
        if (check != null) {
            check.reset();
        }
        arrived.accept(-position);
        position = 0;
        etag = null;
        Files.deleteIfExists(etagPath);
    }

    /** The digest of all bytes; nothing is written after that, except after {@link #restart}. */
    Digest digest() {
        return Digest.finish(sha256);
    }

    /** Gives the finished file away under its final name. */
    void install(Path target) throws IOException {
        channel.close();
        if (worthKeeping) {
            Files.deleteIfExists(etagPath);
        }
        BlobFile.install(path, target);
        gone = true;
    }

    /** Gives a file with the wrong bytes away to who looks for the reason. */
    void quarantine(Quarantine quarantine, String from, String expected, String found) throws IOException {
        arrived.accept(-position);
        channel.close();
        Files.deleteIfExists(etagPath);
        quarantine.take(path, from, expected, found);
        gone = true;
    }

    void discard() throws IOException {
        arrived.accept(-position);
        channel.close();
        Files.deleteIfExists(etagPath);
        Files.deleteIfExists(path);
        gone = true;
    }

    @Override
    public void close() throws IOException {
        if (gone) {
            return;
        }
        if (worthKeeping && position > 0 && etag != null) {
            channel.close();
        } else {
            discard();
        }
    }
}
