package io.jenkins.plugins.mlops.core.store;

import java.io.IOException;
import java.security.MessageDigest;

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

    /** Feeds a digest with the bytes that it has; asked where a download goes on that somebody else began. */
    default void digest(MessageDigest digest) throws IOException {
        throw new IllegalStateException("this sink was empty when it was given away");
    }

    /** Forgets everything: the bytes come again from the beginning. */
    void restart() throws IOException;
}
