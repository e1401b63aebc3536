package io.jenkins.plugins.mlops.core.store;

import java.io.IOException;

/** Takes an object's bytes in order. Not thread-safe. */
public interface ContentSink {

    /** How many bytes it has; a download that goes on begins there. */
    long position();

    void write(byte[] buffer, int length) throws IOException;

    /**
     * Hears which state of the object the next bytes belong to.
     *
     * @param etag null when the store gives none
     */
    default void begin(String etag) throws IOException {}

    /** Forgets everything: the bytes come again from the beginning. */
    void restart() throws IOException;
}
