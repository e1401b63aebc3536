package io.jenkins.plugins.mlops.core.dataset;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system of its own that can become full; only where a test may mount one. */
final class SmallDisk implements AutoCloseable {

    private static Boolean possible;

    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    static synchronized boolean isPossible() {
        if (possible == null) {
            try {
                Path probe = Files.createTempDirectory("mlops-disk");
                try (SmallDisk disk = mount(probe, 1 << 16)) {
                    possible = Files.isDirectory(disk.directory());
                } finally {
                    Files.delete(probe);
                }
            } catch (IOException e) {
                possible = false;
            }
        }
        return possible;
    }

    static SmallDisk mount(Path directory, int bytes) throws IOException {
        Files.createDirectories(directory);
        run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", directory.toString());
        return new SmallDisk(directory);
    }

    Path directory() {
        return directory;
    }

    /** Leaves about so many bytes. */
    void fill(long left) {
        try (OutputStream filler = Files.newOutputStream(directory.resolve("filler"))) {
            byte[] block = new byte[1 << 12];
            while (Files.getFileStore(directory).getUsableSpace() > left) {
                filler.write(block);
            }
        } catch (IOException full) {
            return;
        }
    }

    void empty() throws IOException {
        Files.deleteIfExists(directory.resolve("filler"));
    }

    @Override
    public void close() throws IOException {
        run("umount", "-l", directory.toString());
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
