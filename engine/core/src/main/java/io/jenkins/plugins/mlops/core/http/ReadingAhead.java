package io.jenkins.plugins.mlops.core.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Objects;
import javax.net.SocketFactory;

/**
 * Makes sockets that take up to 128 KiB from the system at a time, where the HTTP client by itself asks for 8 KiB: of large bodies,
 * system calls were most of the cost. A buffer begins small and grows when it was filled. Thread-safe, as factories are; a socket is read by
 * one thread at a time.
 */
public final class ReadingAhead extends SocketFactory {

    private static final int FIRST = 16 * 1024;
    /** More than that Java does not ask the system for. */
    private static final int MOST = 128 * 1024;

    @Override
    public Socket createSocket() {
        return new Ahead();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return getDefault().createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return getDefault().createSocket(host, port, local, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return getDefault().createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return getDefault().createSocket(host, port, local, localPort);
    }

    private static final class Ahead extends Socket {
        private InputStream ahead;

        @Override
        public synchronized InputStream getInputStream() throws IOException {
            if (ahead == null) {
                ahead = new Buffered(super.getInputStream());
            }
            return ahead;
        }
    }

    /** Unlike Java's own, it never asks the system how much is there. */
    private static final class Buffered extends InputStream {
        private final InputStream in;
        private byte[] buffer = new byte[FIRST];
        private int position;
        private int limit;

        Buffered(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return fill() ? buffer[position++] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int taken = Math.min(length, limit - position);
            System.arraycopy(buffer, position, target, offset, taken);
            position += taken;
            return taken;
        }

        private boolean fill() throws IOException {
            if (position < limit) {
                return true;
            }
            if (limit == buffer.length && limit < MOST) {
                buffer = new byte[MOST];
            }
            position = 0;
            limit = 0;
            limit = Math.max(0, in.read(buffer, 0, buffer.length));
            return limit > 0;
        }

        @Override
        public int available() throws IOException {
            return limit - position + in.available();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
