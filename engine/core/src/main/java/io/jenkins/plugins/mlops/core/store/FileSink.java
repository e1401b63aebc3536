package io.jenkins.plugins.mlops.core.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** Writes an object to a temporary file beside its target; what is not moved there is deleted on close. */
final class FileSink implements ContentSink, AutoCloseable {

    private final Path temporary;
    private final FileChannel channel;
    private long position;

    private FileSink(Path temporary) throws IOException {
        this.temporary = temporary;
        this.channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
    }

    static FileSink temporaryFor(Path file) throws IOException {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a directory");
        Files.createDirectories(directory);
        return new FileSink(Files.createTempFile(directory, "." + file.getFileName(), ".tmp"));
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void write(byte[] buffer, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
        while (bytes.hasRemaining()) {
            position += channel.write(bytes);
        }
    }

    @Override
    public void restart() throws IOException {
        channel.truncate(0).position(0);
        position = 0;
    }

    void moveTo(Path file) throws IOException {
        channel.close();
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(temporary);
    }
}
