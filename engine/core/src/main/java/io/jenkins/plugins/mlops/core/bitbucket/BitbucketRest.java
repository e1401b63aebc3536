package io.jenkins.plugins.mlops.core.bitbucket;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.http.Exchange;
import io.jenkins.plugins.mlops.core.http.Network;
import io.jenkins.plugins.mlops.core.http.NetworkFailure;
import io.jenkins.plugins.mlops.core.http.TransientAnswers;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy.Attempt;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Speaks JSON with one server, and says in one sentence what went wrong for good. A redirect is followed by a GET on the same server only
 * (Cloud answers some questions so): elsewhere it could take the credentials along. Thread-safe.
 */
final class BitbucketRest implements AutoCloseable {

    private static final MediaType JSON = MediaType.get("application/json; charset=utf-8");
    static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** More than a page of anything that is asked for has. */
    private static final int MAX_ANSWER = 32 * 1024 * 1024;

    private static final int MAX_ERROR_BODY = 64 * 1024;
    private static final int MAX_REDIRECTS = 3;

    private final HttpUrl base;
    private final String name;
    private final String authorization;
    private final RetryPolicy retry;
    private final OkHttpClient client;

    /** @param answerTimeout how long the server may be silent */
    BitbucketRest(BitbucketSettings settings, RetryPolicy retry, Duration answerTimeout) {
        HttpUrl url = HttpUrl.get(settings.address());
        if (url == null) {
            throw MlopsException.usage("'" + settings.address()
                    + "' is no address of a Bitbucket: http(s)://host[:port][/path] is wanted");
        }
        this.base = url.newBuilder().addPathSegment("").build();
        this.name = "Bitbucket at " + settings.address();
        this.authorization = authorization(settings.credentials());
        this.retry = retry;
        this.client = Network.client()
                .connectTimeout(answerTimeout.compareTo(CONNECT_TIMEOUT) < 0 ? answerTimeout : CONNECT_TIMEOUT)
                .readTimeout(answerTimeout)
                .writeTimeout(answerTimeout)
                .followRedirects(false)
                // A silent retry could create a thing twice.
                .retryOnConnectionFailure(false)
                .addInterceptor(new TransientAnswers())
                .addInterceptor(new RateLimit())
                .build();
    }

    private static String authorization(BitbucketSettings.Credentials credentials) {
        if (credentials == null) {
            return null;
        }
        return credentials.token() == null
                ? Credentials.basic(credentials.username(), credentials.password(), StandardCharsets.UTF_8)
                : "Bearer " + credentials.token();
    }

    /** An address below the server's; each segment is escaped. */
    HttpUrl url(String... segments) {
        return below(base, segments);
    }

    /** An address below another; each segment is escaped. */
    static HttpUrl below(HttpUrl above, String... segments) {
        HttpUrl.Builder url = above.newBuilder();
        for (String segment : segments) {
            url.addPathSegment(segment);
        }
        return url.build();
    }

    JsonNode get(HttpUrl url) throws IOException {
        HttpUrl asked = url;
        for (int redirects = 0; ; redirects++) {
            Answer answer = ask("GET", asked, null);
            if (answer.location() == null) {
                return answer.json();
            }
            if (redirects == MAX_REDIRECTS || !isOurs(answer.location())) {
                throw BitbucketAnswer.of(answer.status(), "");
            }
            asked = answer.location();
        }
    }

    JsonNode post(HttpUrl url, Object body) throws IOException {
        return write("POST", url, body);
    }

    JsonNode put(HttpUrl url, Object body) throws IOException {
        return write("PUT", url, body);
    }

    /** That there is nothing to delete is no failure. */
    void deleteIfThere(HttpUrl url) throws IOException {
        try {
            write("DELETE", url, null);
        } catch (BitbucketAnswer answer) {
            if (!answer.isMissing()) {
                throw answer;
            }
        }
    }

    /** Whether an address that the server told belongs to it, so that its credentials may be sent there. */
    boolean isOurs(HttpUrl url) {
        return url.scheme().equals(base.scheme()) && url.host().equals(base.host()) && url.port() == base.port();
    }

    /**
     * Makes a call that may be made twice.
     *
     * @param what is done, for the sentence: "Reading the pull request 7 of PRJ/x"
     */
    <T> T call(String what, Attempt<T> call) {
        try {
            return retry.run(what, () -> {
                try {
                    return call.run();
                } catch (BitbucketAnswer answer) {
                    if (answer.isConflict()) {
                        throw new RetryPolicy.Transient("answered " + answer.phrase(), null);
                    }
                    throw answer;
                } catch (IOException e) {
                    throw NetworkFailure.mark(e);
                }
            });
        } catch (BitbucketAnswer answer) {
            throw refused(what, answer);
        } catch (IOException e) {
            if (e instanceof InterruptedIOException
                    && !(e instanceof SocketTimeoutException)
                    && Thread.currentThread().isInterrupted()) {
                throw MlopsException.interrupted(what);
            }
            String reason = NetworkFailure.reason(e);
            throw MlopsException.unreachable(
                    what + " failed: " + name + " " + reason
                            + (reason.contains("429")
                                    ? ", it limits how often it may be asked; try again later"
                                    : "; check its address and that it runs, then try again"),
                    e);
        }
    }

    /**
     * Reads what every server of a product tells whomever.
     *
     * @param product for the sentence
     * @param field that the answer has
     */
    JsonNode about(HttpUrl url, String product, String field) {
        String what = "Asking " + url + " what it is";
        return call(what, () -> {
            try {
                JsonNode told = get(url);
                if (told.has(field)) {
                    return told;
                }
            } catch (BitbucketAnswer answer) {
                if (!answer.isMissing()) {
                    throw answer;
                }
            }
            throw MlopsException.failed(what + " failed: it is no " + product
                    + "; check the address, with the path below which it is, and which of both products it is");
        });
    }

    private MlopsException refused(String what, BitbucketAnswer answer) {
        return switch (answer.status()) {
            case 401, 403 ->
                new MlopsException(
                        MlopsException.Kind.REFUSED,
                        what + " was refused: " + name
                                + " does not know the credentials, or does not permit it to them (" + answer.phrase()
                                + "); check the token and its permissions",
                        answer);
            case 404 ->
                MlopsException.failed(
                        what + " failed: " + name + " has none, or does not show it to these credentials ("
                                + answer.phrase() + "); check the names, and what the token may read",
                        answer);
            default -> MlopsException.failed(what + " failed: " + name + " answered " + answer.phrase(), answer);
        };
    }

    private JsonNode write(String method, HttpUrl url, Object body) throws IOException {
        Answer answer = ask(method, url, body == null ? null : Documents.toJson(body));
        if (answer.location() != null) {
            throw BitbucketAnswer.of(answer.status(), "");
        }
        return answer.json();
    }

    /** @param location where to ask instead; null for an answer */
    private record Answer(int status, JsonNode json, HttpUrl location) {}

    private Answer ask(String method, HttpUrl url, String body) throws IOException {
        Request.Builder request = new Request.Builder()
                .url(url)
                .header("Accept", "application/json")
                // Data Center takes what a browser could be led to send for an attack, but with this.
                .header("X-Atlassian-Token", "no-check")
                .method(method, body == null ? null : RequestBody.create(body.getBytes(StandardCharsets.UTF_8), JSON));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return new Exchange<>(client.newCall(request.build()), BitbucketRest::read).answer();
    }

    private static Answer read(Response response) throws IOException {
        try (response) {
            if (response.isRedirect()) {
                HttpUrl location = response.request().url().resolve(response.header("Location", ""));
                if (location != null) {
                    return new Answer(response.code(), MissingNode.getInstance(), location);
                }
            }
            if (!response.isSuccessful()) {
                throw BitbucketAnswer.of(
                        response.code(), response.peekBody(MAX_ERROR_BODY).string());
            }
            return new Answer(response.code(), json(response), null);
        }
    }

    private static JsonNode json(Response response) throws IOException {
        byte[] bytes = response.body().byteStream().readNBytes(MAX_ANSWER + 1);
        if (bytes.length > MAX_ANSWER) {
            throw MlopsException.failed("Bitbucket answered more than " + MAX_ANSWER + " bytes");
        }
        try {
            JsonNode read = bytes.length == 0 ? null : Documents.json().readTree(bytes);
            return read == null ? MissingNode.getInstance() : read;
        } catch (JsonProcessingException e) {
            throw MlopsException.failed(
                    "Bitbucket at " + response.request().url().host()
                            + " answered no JSON: check that its address is that of Bitbucket and not of a page before it",
                    e);
        }
    }

    @Override
    public void close() {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
