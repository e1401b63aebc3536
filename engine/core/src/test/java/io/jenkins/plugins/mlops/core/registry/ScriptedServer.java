package io.jenkins.plugins.mlops.core.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server on the loopback interface that answers each path as a test says, the last answer again and again. */
final class ScriptedServer implements AutoCloseable {

    /** What comes back for a request. */
    interface Answer {
        void to(HttpExchange exchange, String body) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, List<Answer>> scripts = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> next = new ConcurrentHashMap<>();
    /** Method and path of each request, in the order they came. */
    final List<String> requests = new CopyOnWriteArrayList<>();
    /** The Authorization header of each request, "none" where there was none. */
    final List<String> authorizations = new CopyOnWriteArrayList<>();

    ScriptedServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Scripts the answers of a path below the API, for example {@code POST runs/create}. */
    ScriptedServer on(String methodAndPath, Answer... answers) {
        scripts.put(methodAndPath, List.of(answers));
        next.put(methodAndPath, new AtomicInteger());
        return this;
    }

    long count(String methodAndPath) {
        return requests.stream().filter(methodAndPath::equals).count();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String path = exchange.getRequestMethod() + " "
                + exchange.getRequestURI().getPath().replaceFirst("^/api/2\\.0/(mlflow/)?", "");
        requests.add(path);
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        authorizations.add(authorization == null ? "none" : authorization);
        List<Answer> answers = scripts.get(path);
        if (answers == null) {
            answer(404, "{\"error_code\":\"ENDPOINT_NOT_FOUND\",\"message\":\"not scripted: " + path + "\"}")
                    .to(exchange, body);
            return;
        }
        answers.get(Math.min(next.get(path).getAndIncrement(), answers.size() - 1))
                .to(exchange, body);
    }

    static Answer answer(int status, String text) {
        return (exchange, body) -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        };
    }

    static Answer ok(String json) {
        return answer(200, json);
    }

    /** Breaks the connection after the request was read, so that its fate is unknown to the client. */
    static Answer broken() {
        return (exchange, body) -> exchange.close();
    }

    /** Breaks the connection in the middle of the body. */
    static Answer truncated(String text, int announced) {
        return (exchange, body) -> {
            exchange.sendResponseHeaders(200, announced);
            exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            exchange.close();
        };
    }

    static Answer silent(long millis) {
        return (exchange, body) -> {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        };
    }

    static Answer redirect(URI to) {
        return (exchange, body) -> {
            exchange.getResponseHeaders().add("Location", to.toString());
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        };
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
