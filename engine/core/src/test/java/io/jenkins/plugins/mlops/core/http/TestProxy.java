package io.jenkins.plugins.mlops.core.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A forward proxy on the loopback interface: tunnels, and requests with a whole address; with a login where it has one. */
final class TestProxy implements Closeable {

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final String authorization;
    private final InetSocketAddress target;

    /**
     * @param login {@code user:password}; null to ask for none
     * @param target where every host name leads, as no test asks the DNS; null to go where it is told
     */
    TestProxy(String login, InetSocketAddress target) throws IOException {
        this.authorization = login == null
                ? null
                : "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        this.target = target;
        start(() -> {
            while (!server.isClosed()) {
                Socket client = server.accept();
                start(() -> serve(client));
            }
        });
    }

    InetSocketAddress address() {
        return InetSocketAddress.createUnresolved("localhost", server.getLocalPort());
    }

    /** The request lines that it let through. */
    List<String> asked() {
        return asked;
    }

    private interface Work {
        void run() throws IOException;
    }

    private static Thread start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                Thread.yield(); // one side hung up
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void serve(Socket client) throws IOException {
        try (client) {
            String head = head(client.getInputStream());
            while (authorization != null && !head.contains("Proxy-Authorization: " + authorization)) {
                write(
                        client,
                        "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\n\r\n");
                head = head(client.getInputStream());
            }
            String line = head.substring(0, head.indexOf("\r\n"));
            asked.add(line);
            String[] words = line.split(" ");
            boolean tunnel = words[0].equals("CONNECT");
            URI uri = URI.create(tunnel ? "https://" + words[1] : words[1]);
            try (Socket up = new Socket()) {
                up.connect(target == null ? new InetSocketAddress(uri.getHost(), uri.getPort()) : target);
                if (tunnel) {
                    write(client, "HTTP/1.1 200 Connected\r\n\r\n");
                } else {
                    write(
                            up,
                            words[0] + " " + uri.getRawPath() + " HTTP/1.1\r\nConnection: close"
                                    + head.substring(line.length())
                                            .replaceAll("(?i)\r\n(Proxy-)?Connection:[^\r]*", ""));
                }
                Thread down = start(() -> up.getInputStream().transferTo(client.getOutputStream()));
                Thread upwards = start(() -> client.getInputStream().transferTo(up.getOutputStream()));
                down.join();
                client.close();
                upwards.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("hung up");
            }
            head.append((char) c);
        }
        return head.toString();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
