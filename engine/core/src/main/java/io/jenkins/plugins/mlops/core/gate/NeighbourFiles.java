package io.jenkins.plugins.mlops.core.gate;

import java.io.IOException;
import java.io.InputStream;

/** Opens the files that lie beside one; they may be on another machine, and large. */
@FunctionalInterface
public interface NeighbourFiles {

    /**
     * Opens a file; the caller closes the stream.
     *
     * @param name without a directory
     * @throws java.nio.file.NoSuchFileException when there is none
     */
    InputStream open(String name) throws IOException;
}
