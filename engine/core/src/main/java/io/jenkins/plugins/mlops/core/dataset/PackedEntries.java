package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Entries of a manifest outside of the heap: in a file that is mapped and has no name any more, which goes with the last
 * reference to the list. An entry is made anew whenever it is asked for; memory is one offset for 16 of them. It is no
 * {@link java.util.RandomAccess} list: who goes through it uses its iterator. Immutable, thread-safe.
 */
final class PackedEntries extends AbstractList<Manifest.Entry> {

    /** Entries for one offset in memory. */
    private static final int STRIDE = 16;
    /** Where a new mapping begins: one has at most 2 GiB. */
    private static final long SEGMENT = 1L << 30;

    private static final int KEY = 1;
    private static final int KEY_OF_DIGEST = 1 << 1;
    private static final int VERSION = 1 << 2;
    private static final int ETAG = 1 << 3;
    private static final int GROUP = 1 << 4;
    private static final int BUCKET = 1 << 5;

    private final int count;
    private final long[] offsets;
    private final List<MappedByteBuffer> segments;

    private PackedEntries(int count, long[] offsets, List<MappedByteBuffer> segments) {
        this.count = count;
        this.offsets = offsets;
        this.segments = segments;
    }

    /** Takes entries, and keeps them in the heap as long as they are few. Not thread-safe; to be closed. */
    static final class Builder implements AutoCloseable {

        private final int few;
        private List<Manifest.Entry> kept = new ArrayList<>();
        private Path file;
        private DataOutputStream out;
        private long[] offsets = new long[1024];
        private int count;

        Builder() {
            this(20_000);
        }

        /** @param few how many entries are kept in the heap at most */
        Builder(int few) {
            this.few = few;
        }

        void add(Manifest.Entry entry) throws IOException {
            if (kept != null && kept.size() < few) {
                kept.add(entry);
                return;
            }
            if (kept != null) {
                file = Files.createTempFile("mlops-entries", null);
                out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
                List<Manifest.Entry> before = kept;
                kept = null;
                for (Manifest.Entry early : before) {
                    write(early);
                }
            }
            write(entry);
        }

        private void write(Manifest.Entry entry) throws IOException {
            if (count % STRIDE == 0) {
                int slot = count / STRIDE;
                if (slot == offsets.length) {
                    offsets = Arrays.copyOf(offsets, offsets.length * 2);
                }
                offsets[slot] = position;
            }
            String hex = entry.sha256().hex();
            String named = "/" + entry.sha256().sharded();
            boolean ofDigest = entry.key() != null && entry.key().endsWith(named);
            int flags = (entry.key() == null ? 0 : ofDigest ? KEY_OF_DIGEST : KEY)
                    | (entry.versionId() == null ? 0 : VERSION)
                    | (entry.etag() == null ? 0 : ETAG)
                    | (entry.group() == null ? 0 : GROUP)
                    | (entry.bucket() == null ? 0 : BUCKET);
            out.writeByte(flags);
            out.writeLong(entry.size());
            out.write(HexFormat.of().parseHex(hex));
            position += 1 + Long.BYTES + hex.length() / 2;
            text(entry.path());
            if (entry.key() != null) {
                text(ofDigest ? entry.key().substring(0, entry.key().length() - named.length()) : entry.key());
            }
            optional(entry.versionId());
            optional(entry.etag());
            optional(entry.group());
            optional(entry.bucket());
            count = Math.incrementExact(count);
        }

        private long position;

        private void optional(String text) throws IOException {
            if (text != null) {
                text(text);
            }
        }

        private void text(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(bytes.length);
            out.write(bytes);
            position += Integer.BYTES + bytes.length;
        }

        /** All that was added, in that order. */
        List<Manifest.Entry> finish() throws IOException {
            if (kept != null) {
                return List.copyOf(kept);
            }
            out.close();
            long[] all = Arrays.copyOf(offsets, (count + STRIDE - 1) / STRIDE);
            List<MappedByteBuffer> segments = new ArrayList<>();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long start = 0;
                for (int slot = 1; slot <= all.length; slot++) {
                    boolean last = slot == all.length;
                    if (last || all[slot] / SEGMENT > all[slot - 1] / SEGMENT) {
                        long end = last ? position : all[slot];
                        segments.add(channel.map(FileChannel.MapMode.READ_ONLY, start, end - start));
                        start = end;
                    }
                }
            }
            return new PackedEntries(count, all, segments);
        }

        @Override
        public void close() throws IOException {
            if (out != null) {
                out.close();
                try {
                    Files.deleteIfExists(file);
                } catch (IOException mapped) {
                    file.toFile().deleteOnExit(); // Windows keeps the name as long as the mapping
                }
            }
        }
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public Manifest.Entry get(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(index);
        }
        Cursor cursor = new Cursor(index / STRIDE);
        for (int i = index % STRIDE; i > 0; i--) {
            cursor.skip();
        }
        return cursor.next();
    }

    @Override
    public Iterator<Manifest.Entry> iterator() {
        return new Iterator<>() {
            private int next;
            private Cursor cursor;

            @Override
            public boolean hasNext() {
                return next < count;
            }

            @Override
            public Manifest.Entry next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                if (next % STRIDE == 0) {
                    cursor = new Cursor(next / STRIDE);
                }
                next++;
                return cursor.next();
            }
        };
    }

    /** A place in the file, which moves on within the entries of one offset. */
    private final class Cursor {
        private final ByteBuffer at;

        Cursor(int slot) {
            int segment = 0;
            long start = 0;
            while (offsets[slot] >= start + segments.get(segment).capacity()) {
                start += segments.get(segment).capacity();
                segment++;
            }
            at = segments.get(segment).duplicate();
            at.position((int) (offsets[slot] - start));
        }

        void skip() {
            int flags = at.get();
            at.position(at.position() + Long.BYTES + 32);
            int texts = 1 + Integer.bitCount(flags);
            for (int i = 0; i < texts; i++) {
                int length = at.getInt();
                at.position(at.position() + length);
            }
        }

        Manifest.Entry next() {
            int flags = at.get();
            long size = at.getLong();
            byte[] digest = new byte[32];
            at.get(digest);
            Digest sha256 = new Digest(HexFormat.of().formatHex(digest));
            String path = text();
            String key = (flags & (KEY | KEY_OF_DIGEST)) == 0 ? null : text();
            if ((flags & KEY_OF_DIGEST) != 0) {
                key = key + "/" + sha256.sharded();
            }
            return new Manifest.Entry(
                    path,
                    size,
                    sha256,
                    key,
                    (flags & VERSION) == 0 ? null : text(),
                    (flags & ETAG) == 0 ? null : text(),
                    (flags & GROUP) == 0 ? null : text(),
                    (flags & BUCKET) == 0 ? null : text());
        }

        private String text() {
            byte[] bytes = new byte[at.getInt()];
            at.get(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
