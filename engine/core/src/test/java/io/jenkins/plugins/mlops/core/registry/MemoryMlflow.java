package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The part of MLflow's interface that moves aliases, for other processes; what it serves is a {@link MemoryRegistry}. */
final class MemoryMlflow implements AutoCloseable {

    private static final String MISSING = "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"not found\"}";

    final MemoryRegistry registry = new MemoryRegistry();

    private final String model;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    MemoryMlflow(String model) throws IOException {
        this.model = model;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/api/2.0/mlflow/", this::handle);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        JsonNode question = body.isEmpty()
                ? Documents.json().valueToTree(query(exchange.getRequestURI().getRawQuery()))
                : Documents.json().readTree(body);
        String call =
                exchange.getRequestMethod() + exchange.getRequestURI().getPath().replace("/api/2.0/mlflow", " ");
        Object answer;
        synchronized (registry) {
            answer = answer(call, question);
        }
        byte[] bytes = (answer == null ? MISSING : Documents.toJson(answer)).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer == null ? 404 : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** Null for what is not there. */
    private Object answer(String call, JsonNode question) {
        String value = question.path("value").asText();
        String key = question.path("key").asText();
        int version = question.path("version").asInt();
        switch (call) {
            case "GET /registered-models/get":
                return Map.of("registered_model", Map.of("tags", tags(registry.tags), "aliases", aliases()));
            case "GET /registered-models/alias":
                return registry.byAlias(model, question.path("alias").asText())
                        .map(MemoryMlflow::version)
                        .orElse(null);
            case "POST /registered-models/alias":
                registry.setAlias(model, question.path("alias").asText(), version);
                return Map.of();
            case "POST /registered-models/set-tag":
                registry.setModelTags(model, Map.of(key, value));
                return Map.of();
            case "GET /model-versions/get":
                return registry.version(model, version)
                        .map(MemoryMlflow::version)
                        .orElse(null);
            case "POST /model-versions/set-tag":
                registry.setVersionTags(model, version, Map.of(key, value));
                return Map.of();
            default:
                return null;
        }
    }

    private List<Map<String, String>> aliases() {
        List<Map<String, String>> aliases = new ArrayList<>();
        registry.aliases.forEach(
                (alias, version) -> aliases.add(Map.of("alias", alias, "version", String.valueOf(version))));
        return aliases;
    }

    private static List<Map<String, String>> tags(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag -> Map.of("key", tag.getKey(), "value", tag.getValue()))
                .toList();
    }

    private static Map<String, Object> version(ModelVersion version) {
        return Map.of(
                "model_version",
                Map.of(
                        "name", version.name(),
                        "version", String.valueOf(version.version()),
                        "source", version.source(),
                        "creation_timestamp", 0,
                        "tags", tags(version.tags())));
    }

    private static Map<String, String> query(String query) {
        Map<String, String> parameters = new TreeMap<>();
        for (String parameter : query == null ? new String[0] : query.split("&")) {
            String[] parts = parameter.split("=", 2);
            parameters.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
