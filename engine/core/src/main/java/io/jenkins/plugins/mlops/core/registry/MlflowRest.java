package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;

/**
 * The part of MLflow's REST API that its Java client lacks. Each method is one request and one answer; a failing answer is an
 * {@link MlflowErrorAnswer}. Thread-safe.
 */
final class MlflowRest implements AutoCloseable {

    private static final MediaType JSON = MediaType.get("application/json");
    private static final MediaType BYTES = MediaType.get("application/octet-stream");
    private static final String API = "api/2.0/mlflow/";
    private static final String PROXY = "api/2.0/mlflow-artifacts/artifacts";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_ERROR_BODY = 64 * 1024;

    private final HttpUrl base;
    private final String authorization;
    private final OkHttpClient client;

    MlflowRest(MlflowSettings settings, Duration answerTimeout) {
        HttpUrl url = HttpUrl.get(settings.trackingUri());
        this.base = url == null ? null : url.newBuilder().addPathSegment("").build();
        this.authorization = authorization(settings.credentials());
        this.client = new OkHttpClient.Builder()
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

    JsonNode get(String path, Map<String, String> query) throws IOException {
        HttpUrl.Builder url = url(API + path);
        query.forEach(url::addQueryParameter);
        return json(new Request.Builder().url(url.build()).get());
    }

    JsonNode post(String path, Object body) throws IOException {
        return json(new Request.Builder().url(url(API + path).build()).post(document(body)));
    }

    /** MLflow reads what to delete from the body. */
    JsonNode delete(String path, Object body) throws IOException {
        return json(new Request.Builder().url(url(API + path).build()).delete(document(body)));
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
        try (Response response = open(request)) {
            String text = response.body().string();
            JsonNode answer = text.isBlank()
                    ? MissingNode.getInstance()
                    : Documents.json().readTree(text);
            return answer == null ? MissingNode.getInstance() : answer;
        } catch (JsonProcessingException e) {
            throw MlflowErrorAnswer.of(200, "its answer is no JSON");
        }
    }

    private Response open(Request.Builder request) throws IOException {
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        Response response = client.newCall(request.build()).execute();
        if (response.isSuccessful()) {
            return response;
        }
        try (response) {
            ResponseBody body = response.peekBody(MAX_ERROR_BODY);
            throw MlflowErrorAnswer.of(response.code(), body.string());
        }
    }
}
