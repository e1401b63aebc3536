package io.jenkins.plugins.mlops.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.MetricPoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** As much of MLflow's REST API as a run needs that uploads nothing, which can be away or slow. */
final class FakeMlflowServer implements AutoCloseable {

    private static final String PROXY = "/mlflow-artifacts/artifacts/";

    private final HttpServer http;
    private final Map<String, ObjectNode> runs = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();

    /** By path; every run has them. */
    final Map<String, byte[]> artifacts = new ConcurrentSkipListMap<>();

    /** The artifact that is listed but cannot be read; null for none. */
    volatile String gone;

    /** By name; every run has them. */
    final Map<String, List<MetricPoint>> metrics = new ConcurrentSkipListMap<>();

    /** Whether it answers nothing but errors. */
    volatile boolean away;

    /** What the answer to a creation waits for. */
    volatile CountDownLatch creation = new CountDownLatch(0);

    FakeMlflowServer() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(Executors.newCachedThreadPool());
        http.createContext("/", this::answer);
        http.start();
    }

    /** Makes it the server of this JVM's Jenkins. */
    void configure() {
        MlopsConfiguration.get()
                .setMlflowServers(List.of(new MlflowProfile(
                        "fake", "http://127.0.0.1:" + http.getAddress().getPort())));
    }

    int port() {
        return http.getAddress().getPort();
    }

    List<String> statuses() {
        return runs.values().stream()
                .map(run -> run.path("info").path("status").asText())
                .toList();
    }

    /** What MLflow's client does when its process ends. */
    void finishAll() {
        runs.values().forEach(run -> ((ObjectNode) run.path("info")).put("status", "FINISHED"));
    }

    /** Every request: address, authorization, body. */
    List<String> said() {
        return List.copyOf(said);
    }

    long calls(String method) {
        return calls.stream().filter(method::equals).count();
    }

    void addRun(String id, String status, String key, String value) {
        ObjectNode run = Documents.json().createObjectNode();
        run.putObject("info")
                .put("run_id", id)
                .put("experiment_id", "1")
                .put("run_name", id)
                .put("status", status)
                .put("start_time", runs.size())
                .put("artifact_uri", "mlflow-artifacts:/1/" + id);
        run.putObject("data").putArray("tags").addObject().put("key", key).put("value", value);
        runs.put(id, run);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestURI().getPath().replaceFirst(".*/mlflow/", "");
        calls.add(method);
        byte[] request = exchange.getRequestBody().readAllBytes();
        said.add(exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("Authorization") + " "
                + new String(request, StandardCharsets.UTF_8));
        if (away) {
            send(exchange, 503, Map.of());
            return;
        }
        if (exchange.getRequestURI().getPath().contains(PROXY)) {
            sendArtifact(exchange);
            return;
        }
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        JsonNode body = request.length == 0
                ? Documents.json().nullNode()
                : Documents.json().readTree(request);
        Map<String, Supplier<Object>> methods = Map.of(
                "experiments/get-by-name", () -> Map.of("experiment", Map.of("experiment_id", "1")),
                "runs/create", () -> create(body),
                "runs/get", () -> Map.of("run", withMetrics(runs.get(query.replaceFirst("run_id=", "")))),
                "artifacts/list", () -> list(query.contains("&path=") ? query.replaceFirst(".*&path=", "") + "/" : ""),
                "metrics/get-history",
                        () -> history(query.replaceFirst(".*metric_key=", "").replaceFirst("&.*", "")),
                "runs/search", () -> Map.of("runs", runs.values()),
                "runs/update", () -> update(body));
        send(exchange, 200, methods.getOrDefault(method, Map::of).get());
    }

    private ObjectNode withMetrics(ObjectNode run) {
        ArrayNode last = ((ObjectNode) run.path("data")).putArray("metrics");
        metrics.forEach((key, points) -> last.addObject()
                .put("key", key)
                .put("value", points.get(points.size() - 1).value()));
        return run;
    }

    private Object history(String key) {
        return Map.of(
                "metrics",
                metrics.get(key).stream()
                        .map(point -> Map.of(
                                "key",
                                key,
                                "value",
                                Double.isFinite(point.value()) ? point.value() : "NaN",
                                "step",
                                point.step(),
                                "timestamp",
                                point.timestamp()))
                        .toList());
    }

    /** What is in a directory, as MLflow lists it. @param directory with a slash at its end, or empty */
    private Object list(String directory) {
        Map<String, Object> found = new LinkedHashMap<>();
        artifacts.forEach((path, bytes) -> {
            if (path.startsWith(directory)) {
                int slash = path.indexOf('/', directory.length());
                if (slash < 0) {
                    found.put(path, Map.of("path", path, "is_dir", false, "file_size", bytes.length));
                } else {
                    String below = path.substring(0, slash);
                    found.put(below, Map.of("path", below, "is_dir", true));
                }
            }
        });
        return Map.of("root_uri", "mlflow-artifacts:/1", "files", found.values());
    }

    private void sendArtifact(HttpExchange exchange) throws IOException {
        if (gone != null && exchange.getRequestURI().getPath().endsWith(gone)) {
            send(exchange, 503, Map.of());
            return;
        }
        byte[] bytes =
                artifacts.get(exchange.getRequestURI().getPath().replaceFirst(".*" + PROXY + "[^/]*/[^/]*/", ""));
        if (bytes == null) {
            send(exchange, 404, Map.of());
            return;
        }
        exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Object create(JsonNode body) {
        String id;
        ObjectNode run = Documents.json().createObjectNode();
        synchronized (runs) {
            id = "run" + runs.size();
            addRun(id, "RUNNING", "none", "none");
            ((ObjectNode) runs.get(id).path("data")).set("tags", body.path("tags"));
        }
        try {
            creation.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        run.putObject("run").putObject("info").put("run_id", id);
        return run;
    }

    private Object update(JsonNode body) {
        ObjectNode info = (ObjectNode) runs.get(body.path("run_id").asText()).path("info");
        info.put("status", body.path("status").asText());
        return Map.of();
    }

    private static void send(HttpExchange exchange, int status, Object answer) throws IOException {
        byte[] bytes = Documents.toJson(answer).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        creation.countDown();
        http.stop(0);
    }
}
