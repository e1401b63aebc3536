package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.ByteArrayOutputStream;

/** Keeps a small object in memory. */
final class MemorySink implements ContentSink {

    private final S3Uri object;
    private final int limit;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    MemorySink(S3Uri object, int limit) {
        this.object = object;
        this.limit = limit;
    }

    @Override
    public long position() {
        return bytes.size();
    }

    @Override
    public void write(byte[] buffer, int length) {
        if (length > limit - bytes.size()) {
            throw MlopsException.failed(object + " is larger than " + limit + " bytes and is not read");
        }
        bytes.write(buffer, 0, length);
    }

    @Override
    public void restart() {
        bytes.reset();
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
