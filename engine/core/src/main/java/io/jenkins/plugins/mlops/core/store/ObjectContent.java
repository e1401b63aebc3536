package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.http.DirectAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.function.UnaryOperator;
import okhttp3.Response;

/**
 * The bytes of an object from an offset to its end, as they arrive; to be closed. Not thread-safe.
 */
public final class ObjectContent implements AutoCloseable {

    private final InputStream stream;
    private final long length;
    private final long offset;
    private final UnaryOperator<String> headers;

    private ObjectContent(InputStream stream, long length, long offset, UnaryOperator<String> headers) {
        this.stream = stream;
        this.length = length;
        this.offset = offset;
        this.headers = headers;
    }

    static ObjectContent of(Response response, long offset) {
        return new ObjectContent(
                response.body().byteStream(), response.body().contentLength(), offset, response::header);
    }

    static ObjectContent of(DirectAnswer answer, long offset) {
        return new ObjectContent(
                answer.body(), answer.length(), offset, name -> answer.headers().get(name.toLowerCase(Locale.ROOT)));
    }

    /** A read fails with an IOException when the connection breaks or the body ends early. */
    public InputStream stream() {
        return stream;
    }

    /** Where in the object the stream begins: what was asked for, or 0 when the store ignored the range. */
    public long offset() {
        return offset;
    }

    /** Bytes that the store says will come, -1 when it does not say. */
    public long length() {
        return length;
    }

    /** Without quotes; null when the store gave none. */
    public String etag() {
        return Etags.unquoted(header("ETag"));
    }

    /** What the answer says of itself; null for nothing. */
    String header(String name) {
        return headers.apply(name);
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException broken) {
            return; // nobody wants the rest
        }
    }
}
