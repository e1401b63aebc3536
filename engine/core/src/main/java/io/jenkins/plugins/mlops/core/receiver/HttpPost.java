package io.jenkins.plugins.mlops.core.receiver;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.address.ServerAddress;
import io.jenkins.plugins.mlops.core.http.Exchange;
import io.jenkins.plugins.mlops.core.http.Network;
import io.jenkins.plugins.mlops.core.http.NetworkFailure;
import io.jenkins.plugins.mlops.core.http.TransientAnswers;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Posts documents to one address. What the server says of the document itself (400, 409, 413, 415, 422 and the like) is a failure of
 * that document; what it says of us or of the address (401, 403, 404, 405), and that it is away or busy, keeps all documents waiting.
 * Redirects are not followed, since they could take the body and the credentials elsewhere. Thread-safe.
 */
final class HttpPost implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    /** The outbox tries again later; a command waits for this at its end. */
    private static final RetryPolicy RETRY = new RetryPolicy(2, Duration.ofMillis(500), Duration.ofSeconds(2));

    private static final int MAX_ERROR_BODY = 4096;
    private static final int REDIRECTS = 300;
    private static final int CLIENT_ERRORS = 400;
    /** Answers that speak of who asks, or where, and not of what was sent. */
    private static final Set<Integer> NOT_THE_DOCUMENT = Set.of(401, 403, 404, 405, 407, 408, 421, 425, 426);

    private final String name;
    private final ServerAddress address;
    private final RetryPolicy retry;
    private final OkHttpClient client = Network.client()
            .connectTimeout(CONNECT_TIMEOUT)
            .readTimeout(ANSWER_TIMEOUT)
            .writeTimeout(ANSWER_TIMEOUT)
            .followRedirects(false)
            .retryOnConnectionFailure(false)
            .addInterceptor(new TransientAnswers())
            .build();

    /** @param name what the sentences of failures call the server */
    HttpPost(String name, ServerAddress address) {
        this(name, address, RETRY);
    }

    HttpPost(String name, ServerAddress address, RetryPolicy retry) {
        this.name = name;
        this.address = address;
        this.retry = retry;
    }

    /**
     * Posts, again when that fails in passing.
     *
     * @throws MlopsException of kind UNREACHABLE when the server may take it later, of kind FAILED when it does not want this document
     */
    void send(byte[] body, String type, Map<String, String> headers) {
        Request.Builder request =
                new Request.Builder().url(address.toString()).post(RequestBody.create(body, MediaType.get(type)));
        headers.forEach(request::header);
        try {
            retry.run(name, () -> attempt(request.build()));
        } catch (IOException e) {
            if (e instanceof InterruptedIOException
                    && !(e instanceof SocketTimeoutException)
                    && Thread.currentThread().isInterrupted()) {
                throw MlopsException.interrupted("Sending to " + name);
            }
            throw MlopsException.unreachable(name + " at " + address + " " + NetworkFailure.reason(e), e);
        }
    }

    private Void attempt(Request request) throws IOException {
        try {
            return new Exchange<Void>(client.newCall(request), response -> {
                        try (response) {
                            judge(response);
                            return null;
                        }
                    })
                    .answer();
        } catch (IOException e) {
            throw NetworkFailure.mark(e);
        }
    }

    private void judge(Response response) throws IOException {
        int status = response.code();
        if (response.isSuccessful()) {
            return;
        }
        String said = NetworkFailure.oneLine(response.peekBody(MAX_ERROR_BODY).string());
        String answer =
                name + " at " + address + " answered HTTP " + status + (said.isEmpty() ? "" : " (" + said + ")");
        if (status >= REDIRECTS && status < CLIENT_ERRORS) {
            throw MlopsException.unreachable(answer + ": set the address that it redirects to", null);
        }
        if (NOT_THE_DOCUMENT.contains(status) || status >= 500) {
            throw MlopsException.unreachable(answer + ": check its address and the credentials", null);
        }
        throw MlopsException.failed(answer);
    }

    @Override
    public void close() {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
