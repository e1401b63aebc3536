package io.jenkins.plugins.mlops.core.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The wall clock of another process, which can jump; by libfaketime, where that is installed. */
final class FalseClock {

    private static final int SECONDS_TO_NOTICE = 1;

    private final Path file;

    FalseClock(Path file) throws IOException {
        this.file = file;
        Files.writeString(file, "+0");
    }

    /** Null where there is none. */
    static Path library() {
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(Path.of("/usr/lib"), entry -> Files.isDirectory(entry.resolve("faketime")))) {
            for (Path architecture : found) {
                Path library = architecture.resolve("faketime/libfaketimeMT.so.1");
                if (Files.exists(library)) {
                    return library;
                }
            }
        } catch (IOException none) {
            return null;
        }
        return null;
    }

    void applyTo(Map<String, String> environment) {
        environment.put("LD_PRELOAD", library().toString());
        environment.put("FAKETIME_TIMESTAMP_FILE", file.toString());
        environment.put("FAKETIME_CACHE_DURATION", String.valueOf(SECONDS_TO_NOTICE));
        environment.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        environment.put("FAKETIME_FORCE_MONOTONIC_FIX", "0"); // else waits take many times as long
    }

    /**
     * Returns when the other process sees it.
     *
     * @param by such as {@code +2d}
     */
    void jump(String by) {
        try {
            Files.writeString(file, by);
            TimeUnit.MILLISECONDS.sleep(SECONDS_TO_NOTICE * 1000L + 100);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
