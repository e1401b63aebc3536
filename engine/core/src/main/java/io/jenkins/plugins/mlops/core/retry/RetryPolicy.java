package io.jenkins.plugins.mlops.core.retry;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tries again what failed in passing: up to {@code attempts} times, with exponential waits and full jitter (each wait is
 * drawn between zero and its bound, so that many clients do not come back together). Only a {@link Transient} failure is
 * tried again. Immutable and thread-safe.
 *
 * @param attempts tries in all, 1 or more
 * @param firstWait bound of the wait after the first try
 * @param maxWait bound that no wait exceeds, unless a server asks for more by Retry-After
 */
public record RetryPolicy(int attempts, Duration firstWait, Duration maxWait) {

    /** Six tries within about half a minute. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(6, Duration.ofMillis(250), Duration.ofSeconds(10));

    /** A server that asks for a longer pause than this is not waited for. */
    private static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(2);

    /** Work that can be done again from its beginning. */
    @FunctionalInterface
    public interface Attempt<T> {
        T run() throws IOException;
    }

    /** A failure that a later try may not meet: a reset, a time-out, a truncated body, HTTP 429 or 5xx. */
    public static final class Transient extends IOException {
        private final Duration retryAfter;

        public Transient(String message, Throwable cause) {
            this(message, cause, Duration.ZERO);
        }

        /** @param retryAfter the least wait that the server asks for, zero when it asks for none */
        public Transient(String message, Throwable cause, Duration retryAfter) {
            super(message, cause);
            this.retryAfter = retryAfter;
        }

        /** The wait that a server asked for in what led to a failure; zero when none did. */
        public static Duration askedWait(Throwable failure) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof Transient told && !told.retryAfter.isZero()) {
                    return told.retryAfter;
                }
            }
            return Duration.ZERO;
        }
    }

    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts: " + attempts);
        }
    }

    /**
     * Runs the work until it succeeds, fails for good or the attempts are used up.
     *
     * @param what names the work in the message of an interruption
     * @throws IOException the work's own last failure
     * @throws MlopsException of kind INTERRUPTED when the thread is interrupted while it waits
     */
    public <T> T run(String what, Attempt<T> work) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return work.run();
            } catch (Transient e) {
                if (attempt == attempts || e.retryAfter.compareTo(MAX_RETRY_AFTER) > 0) {
                    throw e;
                }
                pause(what, wait(attempt, e.retryAfter));
            }
        }
    }

    private Duration wait(int attempt, Duration retryAfter) {
        long bound = Math.min(maxWait.toMillis(), firstWait.toMillis() << Math.min(attempt - 1, 20));
        long jittered = ThreadLocalRandom.current().nextLong(Math.max(1, bound) + 1);
        return Duration.ofMillis(retryAfter.toMillis() + jittered);
    }

    private static void pause(String what, Duration wait) {
        try {
            Thread.sleep(wait.toMillis());
        } catch (InterruptedException e) {
            throw MlopsException.interrupted(what);
        }
    }
}
