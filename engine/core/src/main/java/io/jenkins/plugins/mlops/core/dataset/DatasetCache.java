package io.jenkins.plugins.mlops.core.dataset;

import java.nio.file.Path;

/** The content-addressed cache below a directory, shared by threads and processes. Thread-safe. */
public final class DatasetCache {

    private final Path directory;

    private DatasetCache(Path directory) {
        this.directory = directory;
    }

    /** The cache below this directory, which is made when the first file comes. */
    public static DatasetCache at(Path directory) {
        return new DatasetCache(directory.toAbsolutePath().normalize());
    }

    public Path directory() {
        return directory;
    }
}
