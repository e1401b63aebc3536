package io.jenkins.plugins.mlops.core.http;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Response;

/**
 * One request and its answer, for a caller that may be interrupted: a thread that itself waits for a silent server does not notice.
 * So the request is made on a thread of the client, and broken off when the caller is interrupted.
 */
public final class Exchange<T> implements Callback {

    /** What is done with an answer as soon as it comes; it closes the answer, or hands it on open. */
    @FunctionalInterface
    public interface Reading<T> {
        T of(Response response) throws IOException;
    }

    private final Call call;
    private final Reading<T> reading;
    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    public Exchange(Call call, Reading<T> reading) {
        this.call = call;
        this.reading = reading;
    }

    /** @throws InterruptedIOException when the thread is interrupted, whose flag is set again */
    public T answer() throws IOException {
        call.enqueue(this);
        try {
            return outcome.get();
        } catch (InterruptedException e) {
            outcome.cancel(false);
            call.cancel();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            if (e.getCause() instanceof MlopsException ours) {
                throw ours;
            }
            throw new IllegalStateException("an answer cannot be read: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public void onFailure(Call failed, IOException e) {
        outcome.completeExceptionally(e);
    }

    @Override
    public void onResponse(Call answered, Response response) {
        try {
            if (!outcome.complete(reading.of(response))) {
                response.close();
            }
        } catch (IOException | RuntimeException | Error e) {
            response.close();
            outcome.completeExceptionally(e);
        }
    }
}
