package io.jenkins.plugins.mlops.dataset;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** A file that takes no room and some seconds to read: who reads it is in the middle for as long as a test needs. */
final class LargeFile {

    private static final long BYTES = 6L << 30;

    private LargeFile() {}

    /** Makes one. @param directory which is there */
    static Path in(Path directory) throws IOException {
        Path file = directory.resolve("large");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(BYTES);
        }
        return file;
    }
}
