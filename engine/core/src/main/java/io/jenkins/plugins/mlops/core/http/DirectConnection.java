package io.jenkins.plugins.mlops.core.http;

import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One connection to an HTTP/1.1 server. Its states:
 *
 * <pre>
 * idle --request--> asked --head--> answering --end of the body--> idle
 *                     |                 |
 *                     +--anything else--+--> closed
 * </pre>
 *
 * A success that is not plain (another status than 200 and 206, no length, two of them, a coding, a head that RFC 9112 does not allow),
 * bytes after the body, a refusal without a length, or a server that wants to close all lead to closed. Used by one thread at a time;
 * closed by any.
 */
final class DirectConnection {

    private static final int OK = 200;
    private static final int PARTIAL_CONTENT = 206;
    private static final int FIRST_REFUSAL = 300;
    /** More of a refusal is not read: error documents are shorter. */
    private static final int LARGEST_REFUSAL = 64 * 1024;

    private static final int LONGEST_LINE = 64 * 1024;
    private static final int MOST_HEADERS = 200;
    private static final int FIRST_BUFFER = 4 * 1024;
    /** What must not be said twice. */
    private static final Set<String> SINGLE =
            Set.of("content-length", "content-encoding", "content-range", "transfer-encoding", "connection", "etag");
    /** A longer number of bytes is none. */
    private static final int MOST_DIGITS = 18;

    private final Socket raw;
    private final Socket secure;
    private final long headNanos;
    private byte[] buffer = new byte[FIRST_BUFFER];
    private int position;
    private int limit;
    private long asked;
    private long idleSince;

    /** Hears what became of a connection when its answer was read or is wanted no more. */
    @FunctionalInterface
    interface Release {
        void released(DirectConnection connection, boolean usable);
    }

    /** The server closed the connection before it could have read the request. */
    static final class GoneException extends IOException {
        GoneException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /**
     * @param raw connected; closed with this
     * @param secure what is spoken over it: TLS, or the same
     * @param head longest time in which the head of an answer, or all of a refusal, comes
     */
    DirectConnection(Socket raw, Socket secure, Duration head) {
        this.raw = raw;
        this.secure = secure;
        this.headNanos = head.toNanos();
    }

    /** {@link System#nanoTime} of the end of the last answer. */
    long idleSince() {
        return idleSince;
    }

    /**
     * Sends a request and reads the head of the answer.
     *
     * @return null when it is a success that is not plain: the connection is of no use then
     * @throws GoneException when the server had closed the connection
     * @throws RetryPolicy.Transient when the server is too busy
     */
    DirectAnswer exchange(byte[] request, Release release) throws IOException {
        try {
            OutputStream out = secure.getOutputStream();
            out.write(request);
            out.flush();
            position = 0;
            limit = 0;
            asked = System.nanoTime();
            if (!fill()) {
                throw new EOFException("the server closed the connection");
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            throw new GoneException(e);
        }
        int status = status(line());
        Map<String, String> headers = status == 0 ? null : headers();
        if (headers == null) {
            return null;
        }
        RetryPolicy.Transient busy = TransientAnswers.of(status, headers.get("retry-after"));
        if (busy != null) {
            throw busy;
        }
        long length = length(headers);
        boolean kept = !"close".equalsIgnoreCase(headers.get("connection"));
        if (status >= FIRST_REFUSAL) {
            byte[] said = refusal(headers, length, kept, release);
            return new DirectAnswer(status, headers, said.length, new ByteArrayInputStream(said));
        }
        return (status == OK || status == PARTIAL_CONTENT) && length >= 0
                ? new DirectAnswer(status, headers, length, new Body(length, kept, release))
                : null;
    }

    /** The beginning of the body of an answer without success, in whatever coding; the connection is released. */
    private byte[] refusal(Map<String, String> headers, long length, boolean kept, Release release) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        boolean whole = false;
        try {
            if (length >= 0) {
                take(Math.min(length, LARGEST_REFUSAL), said);
                whole = said.size() == length && position == limit;
            } else if (headers.containsKey("transfer-encoding")) {
                for (int chunk = chunk(); chunk > 0 && said.size() < LARGEST_REFUSAL; chunk = chunk()) {
                    take(chunk, said);
                    line();
                }
            } else {
                take(LARGEST_REFUSAL, said);
            }
        } finally {
            idleSince = System.nanoTime();
            release.released(this, kept && whole);
        }
        return said.toByteArray();
    }

    /** The length of the next chunk, 0 after the last; one that is too long, or said wrongly, is taken for none. */
    private int chunk() throws IOException {
        String line = line();
        int end = line.indexOf(';');
        try {
            int length =
                    Integer.parseInt(end < 0 ? line : line.substring(0, end).trim(), 16);
            return length > LARGEST_REFUSAL ? 0 : length;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Takes so many bytes, or all there are. */
    private void take(long length, ByteArrayOutputStream into) throws IOException {
        long left = length;
        while (left > 0 && (position < limit || fill())) {
            int n = (int) Math.min(left, limit - position);
            into.write(buffer, position, n);
            position += n;
            left -= n;
        }
    }

    void close() {
        close(raw);
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyBroken) {
            return; // there is nothing to lose
        }
    }

    /** Of HTTP/1.1; 0 for anything else. */
    private static int status(String line) {
        boolean http = line.startsWith("HTTP/1.1 ") && line.length() >= 12;
        int status = 0;
        for (int i = 9; http && i < 12; i++) {
            int digit = line.charAt(i) - '0';
            http = digit >= 0 && digit <= 9;
            status = status * 10 + digit;
        }
        return http && (line.length() == 12 || line.charAt(12) == ' ') ? status : 0;
    }

    /** Null when they are not as they must be. */
    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (headers.size() == MOST_HEADERS
                    || colon <= 0
                    || line.charAt(0) <= ' '
                    || line.charAt(colon - 1) <= ' ') {
                return null;
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String before = headers.put(name, line.substring(colon + 1).trim());
            if (before != null && SINGLE.contains(name)) {
                return null;
            }
        }
        return headers;
    }

    /** -1 when it is not said plainly. */
    private static long length(Map<String, String> headers) {
        String said = headers.getOrDefault("content-length", "");
        boolean coded = headers.containsKey("transfer-encoding")
                || !headers.getOrDefault("content-encoding", "identity").equalsIgnoreCase("identity");
        if (coded || said.isEmpty() || said.length() > MOST_DIGITS) {
            return -1;
        }
        for (int i = 0; i < said.length(); i++) {
            if (said.charAt(i) < '0' || said.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(said);
    }

    /** The next line. */
    private String line() throws IOException {
        int searched = 0;
        while (true) {
            for (int i = position + searched; i < limit; i++) {
                if (buffer[i] == '\n') {
                    int end = i > position && buffer[i - 1] == '\r' ? i - 1 : i;
                    String line = new String(buffer, position, end - position, StandardCharsets.ISO_8859_1);
                    position = i + 1;
                    return line;
                }
            }
            searched = limit - position;
            if (!fill()) {
                throw new EOFException("the connection ended in the head of the answer");
            }
        }
    }

    /** Reads more into the buffer; false at the end. */
    private boolean fill() throws IOException {
        if (limit == buffer.length) {
            if (position > 0) {
                System.arraycopy(buffer, position, buffer, 0, limit - position);
                limit -= position;
                position = 0;
            } else if (limit < LONGEST_LINE) {
                buffer = Arrays.copyOf(buffer, 2 * limit);
            } else {
                throw new IOException("a line of the answer is too long");
            }
        }
        if (System.nanoTime() - asked > headNanos) {
            throw new SocketTimeoutException("the head of the answer does not come to its end");
        }
        int n = secure.getInputStream().read(buffer, limit, buffer.length - limit);
        limit += Math.max(0, n);
        return n > 0;
    }

    /** What follows the head; the connection is released at its end, or when it is closed. */
    private final class Body extends InputStream {
        private final boolean kept;
        private Release release;
        private long left;

        Body(long length, boolean kept, Release release) throws IOException {
            this.left = length;
            this.kept = kept;
            this.release = release;
            releaseAtEnd();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (left == 0) {
                return -1;
            }
            if (release == null) {
                throw new IOException("the answer was closed");
            }
            int most = (int) Math.min(length, left);
            if (most == 0) {
                return 0;
            }
            int n = position < limit
                    ? fromHead(target, offset, most)
                    : secure.getInputStream().read(target, offset, most);
            if (n < 0) {
                throw new EOFException("the connection ended " + left + " bytes before the body");
            }
            left -= n;
            releaseAtEnd();
            return n;
        }

        private int fromHead(byte[] target, int offset, int most) {
            int n = Math.min(most, limit - position);
            System.arraycopy(buffer, position, target, offset, n);
            position += n;
            return n;
        }

        private void releaseAtEnd() {
            if (left == 0) {
                release(kept && position == limit);
            }
        }

        private void release(boolean usable) {
            if (release != null) {
                idleSince = System.nanoTime();
                Release hears = release;
                release = null;
                hears.released(DirectConnection.this, usable);
            }
        }

        @Override
        public void close() {
            release(false);
        }
    }
}
