package io.jenkins.plugins.mlops.core.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.http.Exchange;
import io.jenkins.plugins.mlops.core.http.Network;
import io.jenkins.plugins.mlops.core.http.NetworkFailure;
import io.jenkins.plugins.mlops.core.http.TransientAnswers;
import io.jenkins.plugins.mlops.core.http.Trust;
import io.jenkins.plugins.mlops.core.image.RegistrySettings.Place;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Reads manifests and small blobs by the OCI distribution specification 1.1. A request goes through these states:
 *
 * <ol>
 *   <li><b>bare</b>: with what {@link RegistryAuthorization} has for the repository, at first nothing;
 *   <li><b>challenged</b>: the answer is 401 and says how to authorize; a token is fetched, or user and password are taken;
 *   <li><b>authorized</b>: asked again with it; another 401 is a refusal.
 * </ol>
 *
 * <p>TLS is a must, but for hosts that the settings name and for the loopback interface, where what answers is asked whether it speaks
 * plain HTTP. A redirect to another host takes no authorization along, and none leads from https to http. Thread-safe.
 */
final class RegistryClient implements AutoCloseable {

    /** What a registry must take as a manifest, and more than any image's configuration has. */
    private static final long MAX_BYTES = 4L * 1024 * 1024;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
    private static final int BAD_REQUEST = 400;
    private static final String ACCEPT = String.join(
            ", ",
            ImageManifest.OCI_INDEX,
            ImageManifest.OCI_MANIFEST,
            ImageManifest.DOCKER_LIST,
            ImageManifest.DOCKER_MANIFEST);

    private final RegistrySettings settings;
    private final RetryPolicy retry;
    private final OkHttpClient client;
    private final RegistryAuthorization authorization;
    private final Map<String, String> schemes = new ConcurrentHashMap<>();

    RegistryClient(RegistrySettings settings, RetryPolicy retry) {
        this.settings = settings;
        this.retry = retry;
        OkHttpClient.Builder builder = Network.client()
                .connectTimeout(CONNECT_TIMEOUT)
                .readTimeout(READ_TIMEOUT)
                .followSslRedirects(false)
                .retryOnConnectionFailure(false)
                .addInterceptor(new TransientAnswers());
        if (settings.certificates() != null) {
            Trust trust = Trust.with(settings.certificates());
            builder.sslSocketFactory(trust.sockets(), trust.manager());
        }
        this.client = builder.build();
        this.authorization = new RegistryAuthorization(settings, this::exchange);
    }

    /**
     * What a registry answered.
     *
     * @param type the Content-Type, "" for none
     * @param claimed Docker-Content-Digest, null for none
     */
    record Content(byte[] bytes, String type, String claimed) {
        Digest digest() {
            return Digest.of(bytes);
        }
    }

    /** A manifest or index by tag or digest; empty when the registry has none. */
    Optional<Content> manifest(Place place, String version) {
        return get(place, "manifests/" + version, "The manifest " + version);
    }

    Optional<Content> blob(Place place, Digest digest) {
        return get(place, "blobs/" + digest, "The blob " + digest);
    }

    private Optional<Content> get(Place place, String path, String what) {
        String sentence = what + " of " + place.repository();
        try {
            return retry.run(sentence, () -> attempt(place, path, sentence));
        } catch (IOException e) {
            if (e instanceof InterruptedIOException
                    && !(e instanceof SocketTimeoutException)
                    && Thread.currentThread().isInterrupted()) {
                throw MlopsException.interrupted("Asking " + place.host());
            }
            String reason = NetworkFailure.reason(e);
            throw MlopsException.unreachable(
                    sentence + " cannot be had: the registry " + place.host() + " " + reason
                            + (reason.contains("429")
                                    ? ", it limits how often it may be asked; log in to it, or wait"
                                    : "; check its address and that it runs, then try again"),
                    e);
        }
    }

    private Optional<Content> attempt(Place place, String path, String what) throws IOException {
        try {
            return attempt(place, scheme(place.host()), path, what);
        } catch (IOException e) {
            throw NetworkFailure.mark(e);
        }
    }

    private String scheme(String host) throws IOException {
        if (settings.plainHttp().contains(host)) {
            return "http";
        }
        if (!RegistrySettings.isLoopback(host)) {
            return "https";
        }
        String known = schemes.get(host);
        if (known == null) {
            known = speaksHttp(host) ? "http" : "https";
            schemes.put(host, known);
        }
        return known;
    }

    /** What speaks TLS answers 400 to HTTP, or ends the connection. */
    private boolean speaksHttp(String host) throws IOException {
        try {
            return ask(HttpUrl.get("http://" + host + "/v2/"), null).status() != BAD_REQUEST;
        } catch (ConnectException | RetryPolicy.Transient e) {
            throw e;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return false;
        }
    }

    private Optional<Content> attempt(Place place, String scheme, String path, String what) throws IOException {
        HttpUrl url = HttpUrl.get(scheme + "://" + place.host() + "/v2/" + place.repository() + "/" + path);
        String known = authorization.known(place);
        Answer first = ask(url, known);
        Answer last = first;
        if (first.status() == 401) {
            Optional<String> granted = authorization.answer(place, url, first.challenges(), known);
            if (granted.isPresent()) {
                last = ask(url, granted.get());
            }
        }
        return content(place, what, last);
    }

    /** @param error what the body says went wrong */
    private record Answer(int status, Content content, List<okhttp3.Challenge> challenges, String error) {}

    private Answer ask(HttpUrl url, String header) throws IOException {
        Request.Builder request = new Request.Builder().url(url).header("Accept", ACCEPT);
        if (header != null) {
            request.header("Authorization", header);
        }
        return exchange(request.build(), response -> {
            byte[] bytes = bytes(response);
            return new Answer(
                    response.code(),
                    new Content(bytes, response.header("Content-Type", ""), response.header("Docker-Content-Digest")),
                    response.challenges(),
                    response.isSuccessful() ? "" : error(bytes));
        });
    }

    private <T> T exchange(Request request, Exchange.Reading<T> reading) throws IOException {
        return new Exchange<>(client.newCall(request), response -> {
                    try (response) {
                        return reading.of(response);
                    }
                })
                .answer();
    }

    private static byte[] bytes(Response response) throws IOException {
        byte[] bytes = response.body().byteStream().readNBytes((int) MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw MlopsException.failed("What " + response.request().url().host() + " answered is larger than "
                    + MAX_BYTES + " bytes, which no manifest and no image configuration is");
        }
        return bytes;
    }

    private Optional<Content> content(Place place, String what, Answer answer) {
        String told = answer.error().isEmpty() ? "" : " (" + answer.error() + ")";
        return switch (answer.status()) {
            case 200 -> Optional.of(answer.content());
            case 404 -> Optional.empty();
            case 401, 403 ->
                throw MlopsException.refused(what + " was refused by the registry " + place.host() + told
                        + ": it does not exist, or a login with the right to pull is needed; check the name, then log in"
                        + " (docker login, or MLOPS_REGISTRY_HOST, _USERNAME and _PASSWORD)");
            default ->
                throw MlopsException.failed(what + " cannot be had: the registry " + place.host() + " answered HTTP "
                        + answer.status() + told);
        };
    }

    /** The first error of the specification's error document. */
    private static String error(byte[] body) {
        try {
            JsonNode first = Documents.json().readTree(body).path("errors").path(0);
            String code = first.path("code").asText("");
            String message = first.path("message").asText("");
            return NetworkFailure.oneLine(code + (code.isEmpty() || message.isEmpty() ? "" : ": ") + message);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
