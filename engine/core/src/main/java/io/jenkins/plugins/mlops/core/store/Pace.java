package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Reads a body that has to come at some pace: a server, or what stands before it, that sends a byte whenever the client is about to lose
 * patience would otherwise hold it for years. Only time spent waiting for bytes counts. Not thread-safe.
 */
final class Pace {

    /** Bytes that come in a window, however slow the line is. */
    static final int LEAST = 1024;

    private final long windowNanos;
    private long waited;
    private long arrived;

    /** @param window in which {@link #LEAST} bytes come, or the rest of the body */
    Pace(Duration window) {
        this.windowNanos = window.toNanos();
    }

    /**
     * As {@link InputStream#read(byte[], int, int)}.
     *
     * @throws RetryPolicy.Transient when the connection breaks, or too few bytes came in a window: what fails here is the network
     */
    int read(InputStream in, byte[] buffer, int from) throws RetryPolicy.Transient {
        long start = System.nanoTime();
        int n;
        try {
            n = in.read(buffer, from, buffer.length - from);
        } catch (IOException e) {
            throw new RetryPolicy.Transient(String.valueOf(e.getMessage()), e);
        }
        waited += System.nanoTime() - start;
        arrived += Math.max(0, n);
        if (arrived >= LEAST) {
            waited = 0;
            arrived = 0;
        } else if (n >= 0 && waited > windowNanos) {
            throw new RetryPolicy.Transient(
                    "sent " + arrived + " bytes in " + Duration.ofNanos(waited).toSeconds() + " s", null);
        }
        return n;
    }
}
