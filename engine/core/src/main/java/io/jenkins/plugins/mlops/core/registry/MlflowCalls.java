package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.http.NetworkFailure;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy.Attempt;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy.Transient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Makes calls to one server: tries again what fails in passing, and says what is left in one sentence. Thread-safe. */
final class MlflowCalls {

    private final URI server;
    private final RetryPolicy retry;

    MlflowCalls(URI server, RetryPolicy retry) {
        this.server = server;
        this.retry = retry;
    }

    /**
     * Makes a call that may be made twice.
     *
     * @param what is done, for the sentence: "Setting the alias 'champion'"
     * @throws MlflowErrorAnswer what the server answers for good, for callers that expect it
     */
    <T> T repeat(String what, Attempt<T> call) throws MlflowErrorAnswer {
        return make(what, () -> retry.run(what, () -> marked(call)));
    }

    /**
     * Makes a call once. A failure that leaves open whether the server did it is a {@link Transient}.
     */
    static <T> T once(Attempt<T> call) throws IOException {
        return marked(call);
    }

    /** As {@link #repeat}, where no answer but success is expected. */
    <T> T require(String what, Attempt<T> call) {
        try {
            return repeat(what, call);
        } catch (MlflowErrorAnswer e) {
            throw refused(what, e);
        }
    }

    /** Turns what the attempts end with into the sentence for people. */
    <T> T make(String what, Attempt<T> call) throws MlflowErrorAnswer {
        try {
            return call.run();
        } catch (MlflowErrorAnswer e) {
            throw e;
        } catch (IOException e) {
            if (e instanceof InterruptedIOException
                    && !(e instanceof SocketTimeoutException)
                    && Thread.currentThread().isInterrupted()) {
                throw MlopsException.interrupted(what);
            }
            throw MlopsException.unreachable(
                    what + " failed: the MLflow server " + server + " " + reason(e)
                            + "; check its address and that it runs, then try again",
                    e);
        }
    }

    MlopsException refused(String what, MlflowErrorAnswer e) {
        return switch (e.status()) {
            case 401 ->
                new MlopsException(
                        Kind.REFUSED,
                        what + " was refused: the MLflow server " + server
                                + " does not know the credentials, or got none; check the user and password or the token (for the mlops"
                                + " command MLFLOW_TRACKING_USERNAME and _PASSWORD, or MLFLOW_TRACKING_TOKEN)",
                        e);
            case 403 ->
                new MlopsException(
                        Kind.REFUSED,
                        what + " was refused: the MLflow server " + server + " does not permit it (" + e.phrase()
                                + "); ask its administrator",
                        e);
            default ->
                new MlopsException(
                        Kind.FAILED, what + " failed: the MLflow server " + server + " answered " + e.phrase(), e);
        };
    }

    private static <T> T marked(Attempt<T> call) throws IOException {
        try {
            return call.run();
        } catch (MlflowErrorAnswer e) {
            if (e.isPassing()) {
                throw new Transient("answered " + e.phrase(), e);
            }
            throw e;
        } catch (Transient e) {
            throw e;
        } catch (IOException e) {
            if (e instanceof SSLException
                    || e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)) {
                throw e;
            }
            throw new Transient("connection: " + e.getMessage(), e);
        }
    }

    private static String reason(IOException e) {
        Throwable cause = e instanceof Transient && e.getCause() != null ? e.getCause() : e;
        if (cause instanceof MlflowErrorAnswer answer) {
            return "answers " + answer.phrase();
        }
        if (cause instanceof SocketTimeoutException) {
            return "does not answer in time";
        }
        if (cause instanceof SSLException) {
            return "cannot be trusted or spoken to over TLS (" + cause.getMessage() + ")";
        }
        Optional<String> proxy = NetworkFailure.ofProxy(cause);
        if (proxy.isPresent()) {
            return proxy.get();
        }
        return "is out of reach ("
                + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage()) + ")";
    }
}
