package io.jenkins.plugins.mlops.core.image;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A registry in this JVM that can misbehave: manifests and blobs by path, and whatever a test wants in between. */
final class FakeRegistry implements AutoCloseable {

    /** A request as it came. @param authorization null for none */
    record Seen(String method, String path, String query, String authorization, String body) {}

    /** What is answered, or null to go on. */
    interface Twist {
        Answer of(Seen request);
    }

    record Answer(int status, String type, byte[] body, Map<String, String> headers) {
        static Answer json(int status, String body) {
            return new Answer(status, "application/json", body.getBytes(StandardCharsets.UTF_8), Map.of());
        }

        Answer with(String header, String value) {
            Map<String, String> more = new ConcurrentHashMap<>(headers);
            more.put(header, value);
            return new Answer(status, type, body, more);
        }
    }

    final List<Seen> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Twist twist = request -> null;

    FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    FakeRegistry twist(Twist newTwist) {
        twist = newTwist;
        return this;
    }

    /** Puts a manifest under its digest and perhaps a tag. */
    Digest manifest(String repository, String tag, String type, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(bytes);
        Answer answer = new Answer(200, type, bytes, Map.of("Docker-Content-Digest", digest.toString()));
        answers.put("/v2/" + repository + "/manifests/" + digest, answer);
        if (tag != null) {
            answers.put("/v2/" + repository + "/manifests/" + tag, answer);
        }
        return digest;
    }

    Digest blob(String repository, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(bytes);
        answers.put(
                "/v2/" + repository + "/blobs/" + digest, new Answer(200, "application/octet-stream", bytes, Map.of()));
        return digest;
    }

    /** What would be answered without the twist. */
    Answer usual(String path) {
        return answers.getOrDefault(
                path, Answer.json(404, "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"unknown\"}]}"));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Seen seen = new Seen(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestURI().getQuery(),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            if (!seen.path().equals("/v2/")) {
                requests.add(seen);
            }
            Answer answer = seen.path().equals("/v2/") ? Answer.json(200, "{}") : twist.of(seen);
            if (answer == null) {
                answer = usual(seen.path());
            }
            answer.headers().forEach(exchange.getResponseHeaders()::add);
            exchange.getResponseHeaders().add("Content-Type", answer.type());
            exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
            if (answer.body().length > 0) {
                exchange.getResponseBody().write(answer.body());
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
