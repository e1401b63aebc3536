package io.jenkins.plugins.mlops.core.store;

import java.io.InputStream;
import java.util.Objects;
import okhttp3.Response;

/**
 * The bytes of an object from an offset to its end, as they arrive; to be closed. Not thread-safe.
 */
public final class ObjectContent implements AutoCloseable {

    private final Response response;
    private final long offset;

    ObjectContent(Response response, long offset) {
        this.response = response;
        this.offset = offset;
    }

    /** A read fails with an IOException when the connection breaks or the body ends early. */
    public InputStream stream() {
        return response.body().byteStream();
    }

    /** Where in the object the stream begins: what was asked for, or 0 when the store ignored the range. */
    public long offset() {
        return offset;
    }

    /** Bytes that the store says will come, -1 when it does not say. */
    public long length() {
        return response.body().contentLength();
    }

    /** Without quotes; null when the store gave none. */
    public String etag() {
        return Etags.unquoted(response.header("ETag"));
    }

    Response response() {
        return response;
    }

    @Override
    public void close() {
        Objects.requireNonNull(response.body()).close();
    }
}
