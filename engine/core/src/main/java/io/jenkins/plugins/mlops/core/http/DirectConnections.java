package io.jenkins.plugins.mlops.core.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import okhttp3.OkHttpClient;

/**
 * Reads from one HTTP/1.1 server over connections of its own, in the plain case: no proxy, and an answer that says how long it is, or why
 * there is none. Of many small objects a general client's work for each request was the most of a pull. All that is not plain is left to the general
 * client, which asks again: reading twice does no harm. Trust, addresses and timeouts are those of that client. Thread-safe.
 */
public final class DirectConnections implements AutoCloseable {

    private static final long KEPT_NANOS = Duration.ofSeconds(30).toNanos();
    /** For so long the general client, which knows of other addresses, goes alone after a connection could not be made. */
    private static final long AWAY_NANOS = Duration.ofMinutes(1).toNanos();

    private final OkHttpClient client;
    private final URI server;
    private final int port;
    private final Deque<DirectConnection> idle = new ArrayDeque<>();
    private final Set<DirectConnection> busy = ConcurrentHashMap.newKeySet();
    private volatile long awayUntil = System.nanoTime();
    private volatile boolean closed;

    /**
     * @param client whose trust, addresses, timeouts and proxies hold here, too
     * @param server scheme, host and port
     */
    public DirectConnections(OkHttpClient client, URI server) {
        this.client = client;
        this.server = server;
        this.port = server.getPort() >= 0 ? server.getPort() : isSecure() ? 443 : 80;
    }

    private boolean isSecure() {
        return server.getScheme().equalsIgnoreCase("https");
    }

    /**
     * Sends a GET and reads the head of the answer.
     *
     * @param target path and query, percent-encoded
     * @param headers Host among them
     * @return null when the general client is to ask
     * @throws IOException when the connection breaks or the server is silent for too long; of the kind
     *     {@link io.jenkins.plugins.mlops.core.retry.RetryPolicy.Transient} when it says that it is too busy
     */
    public DirectAnswer get(String target, Map<String, String> headers) throws IOException {
        byte[] request = request(target, headers);
        if (request == null || !isDirect()) {
            return null;
        }
        DirectConnection kept = takeIdle();
        if (kept != null) {
            try {
                return exchange(kept, request);
            } catch (DirectConnection.GoneException closedMeanwhile) {
                requireUninterrupted();
            }
        }
        DirectConnection fresh = connect();
        return fresh == null ? null : exchange(fresh, request);
    }

    /** Breaks off all that is under way, from any thread. */
    public void cancelAll() {
        busy.forEach(DirectConnection::close);
    }

    @Override
    public void close() {
        closed = true;
        cancelAll();
        synchronized (idle) {
            idle.forEach(DirectConnection::close);
            idle.clear();
        }
    }

    /** Null when it has characters that no header may have. */
    private static byte[] request(String target, Map<String, String> headers) {
        StringBuilder text =
                new StringBuilder(768).append("GET ").append(target).append(" HTTP/1.1\r\n");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            text.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        text.append("\r\n");
        byte[] bytes = new byte[text.length()];
        int ends = 0;
        for (int i = 0; i < bytes.length; i++) {
            char c = text.charAt(i);
            if (c > '~' || c < ' ' && c != '\r' && c != '\n') {
                return null;
            }
            ends += c == '\n' || c == '\r' ? 1 : 0;
            bytes[i] = (byte) c;
        }
        return ends == 2 * (headers.size() + 2) ? bytes : null;
    }

    private boolean isDirect() {
        return System.nanoTime() - awayUntil >= 0
                && client.proxySelector().select(server).stream().allMatch(proxy -> proxy.type() == Proxy.Type.DIRECT);
    }

    private DirectConnection takeIdle() {
        synchronized (idle) {
            dropOld();
            return idle.pollLast();
        }
    }

    private void dropOld() {
        long now = System.nanoTime();
        for (Iterator<DirectConnection> oldestFirst = idle.iterator(); oldestFirst.hasNext(); ) {
            DirectConnection connection = oldestFirst.next();
            if (now - connection.idleSince() < KEPT_NANOS) {
                return;
            }
            connection.close();
            oldestFirst.remove();
        }
    }

    private DirectAnswer exchange(DirectConnection connection, byte[] request) throws IOException {
        busy.add(connection);
        boolean answered = false;
        try {
            // Whoever interrupts this thread cancels after that: one of the two is noticed.
            requireUninterrupted();
            DirectAnswer answer = connection.exchange(request, this::release);
            answered = answer != null;
            return answer;
        } finally {
            if (!answered) {
                busy.remove(connection);
                connection.close();
            }
        }
    }

    private static void requireUninterrupted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Hears that an answer was read, or is wanted no more. */
    private void release(DirectConnection connection, boolean usable) {
        busy.remove(connection);
        synchronized (idle) {
            dropOld();
            if (usable && !closed) {
                idle.addLast(connection);
                return;
            }
        }
        connection.close();
    }

    /** Null when the server cannot be reached in the first way there is: the general client tries the others and says why. */
    private DirectConnection connect() {
        Socket socket = new Socket();
        try {
            InetAddress address = client.dns().lookup(hostName()).get(0);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(client.readTimeoutMillis());
            socket.connect(new InetSocketAddress(address, port), client.connectTimeoutMillis());
            return new DirectConnection(
                    socket, isSecure() ? secured(socket) : socket, Duration.ofMillis(2L * client.readTimeoutMillis()));
        } catch (IOException e) {
            awayUntil = System.nanoTime() + AWAY_NANOS;
            DirectConnection.close(socket);
            return null;
        }
    }

    private SSLSocket secured(Socket socket) throws IOException {
        SSLSocket secure = (SSLSocket) client.sslSocketFactory().createSocket(socket, hostName(), port, true);
        secure.startHandshake();
        if (!client.hostnameVerifier().verify(hostName(), secure.getSession())) {
            throw new SSLException("the certificate is another server's");
        }
        return secure;
    }

    private String hostName() {
        String host = server.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
