package io.jenkins.plugins.mlops.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Stands before an MLflow server and, once for each model that it was told, keeps the call that sets an alias to itself, or passes it on and
 * withholds the answer: the alias is set then, and whoever set it does not know.
 */
final class HaltingProxy implements AutoCloseable {

    private static final String SET_ALIAS = "/registered-models/alias";

    private final HttpServer server;
    private final URI target;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, CountDownLatch> before = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> after = new ConcurrentHashMap<>();

    HaltingProxy(URI target) throws IOException {
        this.target = target;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::pass);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The next call of this model does not arrive. @return what {@link #await} waits for */
    CountDownLatch haltBefore(String model) {
        return before.computeIfAbsent(model, name -> new CountDownLatch(1));
    }

    /** The next call of this model is not answered. @return what {@link #await} waits for */
    CountDownLatch haltAfter(String model) {
        return after.computeIfAbsent(model, name -> new CountDownLatch(1));
    }

    /** Waits until a call was halted. */
    static void await(CountDownLatch halted) throws InterruptedException {
        assertThat(halted.await(5, TimeUnit.MINUTES)).isTrue();
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            halt(before, exchange, body);
            HttpRequest.Builder request = HttpRequest.newBuilder(target.resolve(exchange.getRequestURI()))
                    .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            if (type != null) {
                request.header("Content-Type", type);
            }
            HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
            halt(after, exchange, body);
            answer.headers()
                    .firstValue("Content-Type")
                    .ifPresent(value -> exchange.getResponseHeaders().set("Content-Type", value));
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
            exchange.getResponseBody().write(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void halt(Map<String, CountDownLatch> halts, HttpExchange exchange, byte[] body)
            throws InterruptedException {
        if (!exchange.getRequestMethod().equals("POST")
                || !exchange.getRequestURI().getPath().endsWith(SET_ALIAS)) {
            return;
        }
        String said = new String(body, StandardCharsets.UTF_8);
        for (String model : halts.keySet()) {
            if (said.contains("\"" + model + "\"")) {
                halts.remove(model).countDown();
                Thread.sleep(TimeUnit.MINUTES.toMillis(10));
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
