package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * One download: requests from the sink's position, pinned by ETag once one is known, until all bytes are there. A failure that
 * passes is followed by a request for the rest; when some new bytes came, the tries are counted anew, so a slow line that breaks now and
 * then gets there, and a dead one, or one that only drips, ends in bounded time.
 */
final class ObjectDownload {

    /** Of so much at a time: the client may hand on 8 KiB, and a write of each would cost more than the bytes; no read brings more. */
    private static final int BUFFER = 1 << 17;

    private static final int MOST_READINGS = 3;

    /** Bytes for which the tries are counted anew: more than as many drips as there are tries bring. */
    private static final int PROGRESS = 16 * Pace.LEAST;

    private final ObjectStore store;
    private final RetryPolicy retry;
    private final Duration window;
    private final long size;
    private final ContentSink sink;
    private final EtagCheck check;
    private final String what;
    private ObjectPin pin;

    /**
     * @param window in which {@link Pace#LEAST} bytes have to come
     * @param check sees all bytes; null for none
     */
    ObjectDownload(
            ObjectStore store,
            RetryPolicy retry,
            Duration window,
            ObjectPin pin,
            long size,
            ContentSink sink,
            EtagCheck check) {
        this.window = window;
        this.check = check;
        this.store = store;
        this.retry = retry;
        this.pin = pin;
        this.size = size;
        this.sink = sink;
        this.what = "Reading " + pin.location();
    }

    /** Bytes that the ETag contradicts are read again: what comes twice is right, and the ETag is another digest than it seems. */
    String run() {
        if (check != null && sink.position() > 0) {
            onSink(() -> sink.digest(check.md5()));
        }
        String before = null;
        for (int reading = 1; ; reading++) {
            String etag = readAll();
            String found = check == null ? null : check.difference(etag);
            if (found == null) {
                return etag;
            }
            if (found.equals(before)) {
                store.distrust(check);
                return etag;
            }
            if (reading == MOST_READINGS) {
                throw MlopsException.failed(
                        pin.location() + " has other bytes each time that it is read, though its ETag" + " stays "
                                + etag + ": the store or the connection damages data");
            }
            before = found;
            onSink(sink::restart);
        }
    }

    private String readAll() {
        while (true) {
            long before = sink.position();
            try {
                retry.run(what, () -> {
                    attempt(before);
                    return null;
                });
                return pin.etag();
            } catch (RetryPolicy.Transient e) {
                if (sink.position() - before < PROGRESS) {
                    throw store.gaveUp(what, e);
                }
            } catch (IOException e) {
                throw store.gaveUp(what, e);
            }
        }
    }

    private void attempt(long before) throws IOException {
        long offset = sink.position();
        if (size > 0 && offset == size) {
            return;
        }
        try (ObjectContent content = store.open(pin, offset)) {
            if (content.offset() != offset) {
                restart();
                if (content.offset() != 0) {
                    throw new RetryPolicy.Transient("answered with another range", null);
                }
            }
            if (pin.etag() == null) {
                pin = pin.withEtag(content.etag());
            }
            if (check != null) {
                check.saw(content::header);
            }
            long end = content.length() < 0 ? -1 : content.offset() + content.length();
            if (size >= 0 && end >= 0 && end != size) {
                throw wrongSize(end);
            }
            onSink(() -> sink.begin(pin.etag()));
            copy(content.stream());
        }
    }

    private void copy(InputStream in) throws IOException {
        byte[] buffer = new byte[size < 0 ? BUFFER : (int) Math.min(BUFFER, Math.max(1, size - sink.position()))];
        Pace pace = new Pace(window);
        boolean more = true;
        while (more) {
            int filled = 0;
            RetryPolicy.Transient broken = null;
            try {
                while (more && filled < buffer.length) {
                    int n = pace.read(in, buffer, filled);
                    more = n >= 0;
                    filled += Math.max(0, n);
                }
            } catch (RetryPolicy.Transient e) {
                broken = e; // what came before counts
            }
            take(buffer, filled);
            if (broken != null) {
                throw broken;
            }
        }
        if (size >= 0 && sink.position() < size) {
            throw new RetryPolicy.Transient("ended the body early", null);
        }
    }

    private void take(byte[] buffer, int length) {
        if (size >= 0 && sink.position() + length > size) {
            throw wrongSize(sink.position() + length);
        }
        if (length > 0) {
            onSink(() -> sink.write(buffer, length));
            if (check != null) {
                check.md5().update(buffer, 0, length);
            }
        }
        if (Thread.currentThread().isInterrupted()) {
            throw MlopsException.interrupted(what);
        }
    }

    private void restart() {
        onSink(sink::restart);
        if (check != null) {
            check.md5().reset();
        }
    }

    @FunctionalInterface
    private interface SinkAction {
        void run() throws IOException;
    }

    /** What fails in the sink is this machine's file system, which no later try mends. */
    private void onSink(SinkAction action) {
        try {
            action.run();
        } catch (IOException e) {
            throw MlopsException.failed(
                    what + " failed: its bytes cannot be written here (" + e.getMessage()
                            + "); free some space or choose another directory",
                    e);
        }
    }

    private MlopsException wrongSize(long found) {
        return MlopsException.failed(pin.location() + " has " + found + " bytes where " + size
                + " are wanted: the object was replaced, or the manifest that names it is wrong");
    }
}
