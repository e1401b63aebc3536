package io.jenkins.plugins.mlops.core.execution;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells a listener the lines of a growing file, each once: how many were told is recorded after each line, so that a process that
 * is killed leaves at most one line of doubt, which the listener is asked about. Not thread-safe.
 */
final class Mirror {

    private static final int AT_ONCE = 4 << 20;

    private final Path file;
    private final Path record;
    private long told;
    private long offset;

    /** Whether another process may have told the next line, and died before it could say so. */
    private boolean doubt;

    Mirror(Path file) throws IOException {
        this.file = file;
        this.doubt = Files.exists(file);
        this.record = file.resolveSibling("." + file.getFileName() + ".told");
        if (Files.exists(record)) {
            ByteBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(record));
            if (numbers.remaining() == 2 * Long.BYTES) {
                told = numbers.getLong();
                offset = numbers.getLong();
            }
        }
    }

    /** Tells the lines up to a length of the file; each of them ends in a line feed. */
    void tell(long length, ExecutionListener listener) throws IOException {
        if (offset > length) {
            skip(told, length);
        }
        if (offset >= length) {
            return;
        }
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r");
                RandomAccessFile out = new RandomAccessFile(record.toFile(), "rw")) {
            while (offset < length) {
                byte[] bytes = new byte[(int) Math.min(AT_ONCE, length - offset)];
                in.seek(offset);
                in.readFully(bytes);
                int used = tell(bytes, listener, out);
                if (used == 0) {
                    // One line that is longer than what is read at once.
                    tell(longLine(in, length), listener, out);
                }
            }
        }
    }

    private byte[] longLine(RandomAccessFile in, long length) throws IOException {
        in.seek(offset);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] bytes = new byte[AT_ONCE];
        for (long left = length - offset; left > 0; ) {
            int n = in.read(bytes, 0, (int) Math.min(bytes.length, left));
            if (n < 0) {
                break;
            }
            left -= n;
            for (int i = 0; i < n; i++) {
                if (bytes[i] == '\n') {
                    line.write(bytes, 0, i + 1);
                    return line.toByteArray();
                }
            }
            line.write(bytes, 0, n);
        }
        line.write('\n');
        return line.toByteArray();
    }

    private int tell(byte[] bytes, ExecutionListener listener, RandomAccessFile out) throws IOException {
        int start = 0;
        ByteBuffer numbers = ByteBuffer.allocate(2 * Long.BYTES);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                String line = new String(bytes, start, i - start, StandardCharsets.UTF_8);
                if (!doubt || !listener.wasTold(line)) {
                    listener.output(told + 1, line);
                }
                doubt = false;
                told++;
                offset += i + 1 - start;
                start = i + 1;
                numbers.clear();
                numbers.putLong(told).putLong(offset);
                out.seek(0);
                out.write(numbers.array());
            }
        }
        return start;
    }

    /** Goes to behind a number of lines, or to the end. */
    private void skip(long lines, long length) throws IOException {
        told = 0;
        offset = 0;
        if (!Files.exists(file)) {
            return;
        }
        byte[] bytes = new byte[1 << 16];
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long position = 0;
            while (told < lines && position < length) {
                int n = in.read(bytes, 0, (int) Math.min(bytes.length, length - position));
                if (n < 0) {
                    return;
                }
                for (int i = 0; i < n && told < lines; i++) {
                    if (bytes[i] == '\n') {
                        told++;
                        offset = position + i + 1;
                    }
                }
                position += n;
            }
        }
    }
}
