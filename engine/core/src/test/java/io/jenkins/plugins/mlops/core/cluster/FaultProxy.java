package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/**
 * A way to the real API server on which things go wrong: requests that are answered with an error instead, watches that are closed after a
 * while, connections that are cut, no answer at all. Plain HTTP, one request a connection.
 */
public final class FaultProxy implements AutoCloseable {

    /** What goes wrong with a request; null for nothing. @param headers lines with their ends */
    public record Fault(int status, String headers, String message) {}

    private final ServerSocket server;
    private final URI upstream;
    private final SSLContext tls;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "fault proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger watches = new AtomicInteger();
    private final AtomicInteger faults = new AtomicInteger();
    private volatile Function<String, Fault> mischief = request -> null;
    private volatile Duration watchLife = Duration.ofHours(1);
    private volatile boolean down;

    private FaultProxy(ServerSocket server, URI upstream, SSLContext tls) {
        this.server = server;
        this.upstream = upstream;
        this.tls = tls;
    }

    /** @param kubeconfig says where the real API server is */
    public static FaultProxy before(Path kubeconfig) {
        Config config = Config.fromKubeconfig(kubeconfig.toFile());
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, SSLUtils.trustManagers(new ConfigBuilder(config).build()), new SecureRandom());
            ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
            FaultProxy proxy = new FaultProxy(server, URI.create(config.getMasterUrl()), tls);
            proxy.threads.execute(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** @param mischief gets a request's first line, such as {@code GET /api/v1/pods HTTP/1.1} */
    public void answer(Function<String, Fault> mischief) {
        this.mischief = mischief;
    }

    /** From now on, each watch is cut after a time. */
    public void closeWatchesAfter(Duration life) {
        this.watchLife = life;
    }

    /** Nothing is answered while it is down, and what is open is cut. */
    public void down(boolean down) {
        this.down = down;
        if (down) {
            cut();
        }
    }

    /** Cuts all connections. */
    public void cut() {
        open.forEach(FaultProxy::closeQuietly);
    }

    public int requests() {
        return requests.get();
    }

    public int watches() {
        return watches.get();
    }

    public int faults() {
        return faults.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (down) {
                    closeQuietly(client);
                } else {
                    threads.execute(() -> serve(client));
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        open.add(client);
        try (client) {
            String head = head(client.getInputStream());
            if (head == null) {
                return;
            }
            requests.incrementAndGet();
            String first = head.substring(0, head.indexOf("\r\n"));
            Fault fault = mischief.apply(first);
            if (fault != null) {
                faults.incrementAndGet();
                refuse(client, fault);
                return;
            }
            forward(client, head, first.contains("watch=true"));
        } catch (IOException e) {
            // The test cut it, or one side went away.
        } finally {
            open.remove(client);
        }
    }

    private void forward(Socket client, String head, boolean watch) throws IOException {
        try (Socket server = tls.getSocketFactory().createSocket(upstream.getHost(), upstream.getPort())) {
            open.add(server);
            try {
                server.getOutputStream().write(single(head).getBytes(StandardCharsets.ISO_8859_1));
                server.getOutputStream().flush();
                if (watch) {
                    watches.incrementAndGet();
                    Duration life = watchLife;
                    threads.execute(() -> {
                        sleep(life);
                        closeQuietly(client);
                        closeQuietly(server);
                    });
                }
                threads.execute(() -> pipe(client, server));
                copy(server.getInputStream(), client.getOutputStream());
            } finally {
                open.remove(server);
            }
        }
    }

    private void pipe(Socket from, Socket to) {
        try {
            copy(from.getInputStream(), to.getOutputStream());
        } catch (IOException e) {
            // As above.
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[16_384];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            out.write(buffer, 0, read);
            out.flush();
        }
    }

    /** A request's head with an empty line at its end; null for none. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int state = 0;
        while (state < 4) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.write(next);
            state = next == (state % 2 == 0 ? '\r' : '\n') ? state + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** The head for the server, so that the connection serves no other request. */
    private String single(String head) {
        boolean socket = head.toLowerCase(Locale.ROOT).contains("upgrade: websocket");
        StringBuilder single = new StringBuilder();
        for (String line : head.strip().split("\r\n")) {
            String name = line.toLowerCase(Locale.ROOT);
            boolean dropped = name.startsWith("host:")
                    || name.startsWith("http2-settings:")
                    || !socket && (name.startsWith("connection:") || name.startsWith("upgrade:"));
            if (!dropped) {
                single.append(line).append("\r\n");
            }
        }
        single.append("Host: ").append(upstream.getAuthority()).append("\r\n");
        if (!socket) {
            single.append("Connection: close\r\n");
        }
        return single.append("\r\n").toString();
    }

    private static void refuse(Socket client, Fault fault) throws IOException {
        byte[] body = ("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\""
                        + fault.message + "\",\"code\":" + fault.status + "}")
                .getBytes(StandardCharsets.UTF_8);
        client.getOutputStream()
                .write(("HTTP/1.1 " + fault.status + " Fault\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.length + "\r\nConnection: close\r\n" + fault.headers + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        client.getOutputStream().write(body);
        client.getOutputStream().flush();
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is as good as closed.
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
        threads.shutdownNow();
    }
}
