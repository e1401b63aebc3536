package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The objects of a dataset by number, in a file: their places, versions, sizes and ETags. Memory is one offset for some dozens
 * of objects, so a million of them cost next to none. Written once, then read by number, here, or in order, by whom the file
 * was sent to. Thread-safe when written; to be closed.
 */
public final class ObjectIndex implements Closeable {

    private static final int SCHEMA = 0x6d6c6f32;
    /** Objects for one offset in memory. */
    private static final int STRIDE = 32;
    /** S3 allows 1024 bytes for a key. */
    private static final int MAX_TEXT = 8 * 1024;

    private final RandomAccessFile file;
    private final int count;
    private final long[] offsets;

    private ObjectIndex(Path path, int count, long[] offsets) throws IOException {
        this.file = new RandomAccessFile(path.toFile(), "r");
        this.count = count;
        this.offsets = offsets;
    }

    /** Begins a file. */
    public static Writer write(Path file) throws IOException {
        return new Writer(file);
    }

    /** Takes the objects in the order of their numbers. Not thread-safe; to be closed, after {@link #finish} too. */
    public static final class Writer implements Closeable {

        private final Path path;
        private final DataOutputStream out;
        private long[] offsets = new long[16];
        private int count;

        private Writer(Path path) throws IOException {
            this.path = path;
            this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path), 1 << 16));
            out.writeInt(SCHEMA);
        }

        /** @param object null for a file without one */
        public void add(ObjectPin object, long size) throws IOException {
            if (count % STRIDE == 0) {
                int slot = count / STRIDE;
                if (slot == offsets.length) {
                    offsets = Arrays.copyOf(offsets, offsets.length * 2);
                }
                offsets[slot] = position;
            }
            text(object == null ? null : object.location().bucket());
            text(object == null ? null : object.location().key());
            text(object == null ? null : object.versionId());
            out.writeLong(size);
            position += Long.BYTES;
            text(object == null ? null : object.etag());
            count = Math.incrementExact(count);
        }

        private long position = Integer.BYTES;

        private void text(String text) throws IOException {
            if (text == null) {
                out.writeInt(-1);
                position += Integer.BYTES;
                return;
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > MAX_TEXT) {
                throw MlopsException.usage("The key, version or ETag of an object has " + bytes.length
                        + " bytes, and no store allows more than 1024");
            }
            out.writeInt(bytes.length);
            out.write(bytes);
            position += Integer.BYTES + bytes.length;
        }

        /** Ends the writing. */
        public ObjectIndex finish() throws IOException {
            out.close();
            return new ObjectIndex(path, count, Arrays.copyOf(offsets, (count + STRIDE - 1) / STRIDE));
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /** How many objects there are. */
    public int size() {
        return count;
    }

    /**
     * The object with this number, from 0 on.
     *
     * @throws MlopsException of kind USAGE when there is none
     */
    public synchronized ObjectPin pin(int number) {
        if (number < 0 || number >= count) {
            throw MlopsException.usage("There is no object " + number + " among " + count);
        }
        try {
            file.seek(offsets[number / STRIDE]);
            DataInputStream in =
                    new DataInputStream(new BufferedInputStream(Channels.newInputStream(file.getChannel()), 1 << 13));
            for (int i = number % STRIDE; i > 0; i--) {
                skip(in);
                skip(in);
                skip(in);
                in.skipNBytes(Long.BYTES);
                skip(in);
            }
            String bucket = text(in);
            String key = text(in);
            String versionId = text(in);
            in.readLong();
            String etag = text(in);
            if (bucket == null) {
                throw MlopsException.usage("The file " + number + " of the dataset has no object");
            }
            return new ObjectPin(new S3Uri(bucket, key), etag, versionId);
        } catch (IOException e) {
            throw MlopsException.failed("The list of a dataset's objects cannot be read: " + e.getMessage(), e);
        }
    }

    /** Hands on all that are there, in the order of their numbers. */
    public static void read(Path file, Consumer<StoredObject> each) throws IOException {
        try (InputStream raw = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(new BufferedInputStream(raw, 1 << 16))) {
            if (in.readInt() != SCHEMA) {
                throw MlopsException.usage(file + " is no list of a dataset's objects");
            }
            while (true) {
                int length;
                try {
                    length = in.readInt();
                } catch (EOFException end) {
                    return;
                }
                String bucket = text(in, length);
                String key = text(in);
                String versionId = text(in);
                long size = in.readLong();
                String etag = text(in);
                if (bucket != null) {
                    each.accept(new StoredObject(new S3Uri(bucket, key), size, etag, versionId));
                }
            }
        }
    }

    private static void skip(DataInputStream in) throws IOException {
        in.skipNBytes(Math.max(0, in.readInt()));
    }

    private static String text(DataInputStream in) throws IOException {
        return text(in, in.readInt());
    }

    private static String text(DataInputStream in, int length) throws IOException {
        if (length < 0) {
            return null;
        }
        if (length > MAX_TEXT) {
            throw new IOException("a text of " + length + " bytes");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
