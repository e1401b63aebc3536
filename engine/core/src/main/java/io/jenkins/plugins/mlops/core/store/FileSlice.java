package io.jenkins.plugins.mlops.core.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;

/** A part of a file as the body of a request, read anew whenever the request is sent. */
final class FileSlice extends RequestBody {

    private static final int BUFFER = 1 << 16;

    private final Path path;
    private final long offset;
    private final long length;
    private final EtagCheck check;

    /** @param check sees what is sent; null for none */
    FileSlice(Path path, long offset, long length, EtagCheck check) {
        this.check = check;
        this.path = path;
        this.offset = offset;
        this.length = length;
    }

    @Override
    public MediaType contentType() {
        return null;
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        if (check != null) {
            check.md5().reset();
        }
        try (FileChannel file = FileChannel.open(path)) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(1, Math.min(BUFFER, length)));
            for (long sent = 0; sent < length; ) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), length - sent));
                int n = file.read(buffer, offset + sent);
                if (n < 0) {
                    throw LocalFile.changed(path);
                }
                sink.write(buffer.array(), 0, n);
                if (check != null) {
                    check.md5().update(buffer.array(), 0, n);
                }
                sent += n;
            }
        }
    }

    /** Whether an answer's ETag speaks against what was sent. */
    boolean differs(Response response, String etag) {
        if (check == null) {
            return false;
        }
        check.saw(response::header);
        return check.difference(etag) != null;
    }
}
