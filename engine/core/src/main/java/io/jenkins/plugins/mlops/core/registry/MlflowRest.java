package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.http.Exchange;
import io.jenkins.plugins.mlops.core.http.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okhttp3.Credentials;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * MLflow's REST API. A method is one request and one answer, but for the lists that come in pages; a failing answer is an
 * {@link MlflowErrorAnswer}. MLflow's own Java client is not used: it repeats a request whatever was answered, sets no time limit,
 * takes credentials along to where it is redirected, and takes the redirect of a POST for success. Thread-safe.
 */
final class MlflowRest implements AutoCloseable {

    private static final MediaType JSON = MediaType.get("application/json");
    private static final MediaType BYTES = MediaType.get("application/octet-stream");
    private static final String API = "api/2.0/mlflow/";
    private static final String PROXY = "api/2.0/mlflow-artifacts/artifacts";
    private static final int PAGE = 1000;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_ERROR_BODY = 64 * 1024;

    /** About 500,000 files of a directory: whoever logs to a run must not fill the heap of who looks at it. */
    private static final int MAX_ANSWER = 64 * 1024 * 1024;

    private final HttpUrl base;
    private final String authorization;
    private final OkHttpClient client;

    MlflowRest(MlflowSettings settings, Duration answerTimeout) {
        HttpUrl url = HttpUrl.get(settings.trackingUri());
        this.base = url == null ? null : url.newBuilder().addPathSegment("").build();
        this.authorization = authorization(settings.credentials());
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequestsPerHost(dispatcher.getMaxRequests());
        this.client = Network.client()
                .dispatcher(dispatcher)
                .connectTimeout(CONNECT_TIMEOUT)
                .readTimeout(answerTimeout)
                .writeTimeout(answerTimeout)
                // A redirect could take the credentials elsewhere, and a silent retry could do a thing twice.
                .followRedirects(false)
                .retryOnConnectionFailure(false)
                .build();
    }

    private static String authorization(MlflowSettings.Credentials credentials) {
        if (credentials == null) {
            return null;
        }
        return credentials.token() == null
                ? Credentials.basic(credentials.username(), credentials.password(), StandardCharsets.UTF_8)
                : "Bearer " + credentials.token();
    }

    JsonNode get(String path, Map<String, ?> query) throws IOException {
        HttpUrl.Builder url = url(API + path);
        query.forEach((name, value) -> url.addQueryParameter(name, String.valueOf(value)));
        return json(new Request.Builder().url(url.build()).get());
    }

    JsonNode post(String path, Object body) throws IOException {
        return json(new Request.Builder().url(url(API + path).build()).post(document(body)));
    }

    /** The entries of a list, from all its pages. */
    List<JsonNode> getAll(String path, Map<String, ?> query, String field) throws IOException {
        return all(query, field, page -> get(path, page));
    }

    /** As {@link #getAll}, where MLflow wants the question in the body. */
    List<JsonNode> postAll(String path, Map<String, ?> body, String field) throws IOException {
        return all(body, field, page -> post(path, page));
    }

    private interface Pages {
        JsonNode read(Map<String, ?> page) throws IOException;
    }

    private static List<JsonNode> all(Map<String, ?> question, String field, Pages pages) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        String token = "";
        do {
            Map<String, Object> page = new LinkedHashMap<>(question);
            page.put("max_results", PAGE);
            if (!token.isEmpty()) {
                page.put("page_token", token);
            }
            JsonNode answer = pages.read(page);
            answer.path(field).forEach(found::add);
            token = answer.path("next_page_token").asText("");
        } while (!token.isEmpty());
        return found;
    }

    /** MLflow reads what to delete from the body. */
    JsonNode delete(String path, Object body) throws IOException {
        return json(new Request.Builder().url(url(API + path).build()).delete(document(body)));
    }

    /** What the server says its version is, as it stands there. */
    String version() throws IOException {
        try (Response response = open(new Request.Builder().url(url("version").build()))) {
            return response.peekBody(MAX_ERROR_BODY).string();
        }
    }

    /** Sends a file to the artifact proxy, streaming. */
    void putArtifact(String path, Path file) throws IOException {
        json(new Request.Builder().url(artifact(path)).put(RequestBody.create(file.toFile(), BYTES)));
    }

    /** Opens an artifact of the proxy; the caller closes the answer. */
    Response openArtifact(String path) throws IOException {
        return open(new Request.Builder().url(artifact(path)).get());
    }

    @Override
    public void close() {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }

    private HttpUrl artifact(String path) {
        HttpUrl.Builder url = url(PROXY);
        for (String segment : path.split("/")) {
            url.addPathSegment(segment);
        }
        return url.build();
    }

    private HttpUrl.Builder url(String path) {
        return base.newBuilder().addPathSegments(path);
    }

    private static RequestBody document(Object body) {
        return RequestBody.create(Documents.toJson(body).getBytes(StandardCharsets.UTF_8), JSON);
    }

    private JsonNode json(Request.Builder request) throws IOException {
        return exchange(request, response -> {
            try (response) {
                byte[] text = successful(response).body().byteStream().readNBytes(MAX_ANSWER + 1);
                if (text.length > MAX_ANSWER) {
                    throw MlflowErrorAnswer.of(200, "its answer has more than " + (MAX_ANSWER >> 20) + " MiB");
                }
                JsonNode answer = Documents.json().readTree(text);
                return answer == null ? MissingNode.getInstance() : answer; // of nothing
            } catch (JsonProcessingException e) {
                throw MlflowErrorAnswer.of(200, "its answer is no JSON");
            }
        });
    }

    private Response open(Request.Builder request) throws IOException {
        return exchange(request, MlflowRest::successful);
    }

    private static Response successful(Response response) throws IOException {
        if (response.isSuccessful()) {
            return response;
        }
        String body;
        try {
            body = response.peekBody(MAX_ERROR_BODY).string();
        } finally {
            response.close();
        }
        throw MlflowErrorAnswer.of(response.code(), body);
    }

    private <T> T exchange(Request.Builder request, Exchange.Reading<T> reading) throws IOException {
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return new Exchange<>(client.newCall(request.build()), reading).answer();
    }
}
