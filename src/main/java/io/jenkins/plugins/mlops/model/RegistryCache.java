package io.jenkins.plugins.mlops.model;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.step.StepThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.util.Timer;

/**
 * Asks MLflow servers for pages. A server can be slow, silent or away, and many people can look at once: so each question is asked on a
 * thread of a small pool, once for all who wait for its answer; an answer serves for some seconds; and whoever asks waits a short
 * time only, and gets what was known before with the reason. Thread-safe.
 *
 * <p>States of a question: FRESH while its last answer is young; else ASKING, begun by the first who wants it; from there ANSWERED, or
 * FAILED, which keeps the value known before; what takes longer than its limit is interrupted and FAILED.
 */
final class RegistryCache {

    private static final Logger LOGGER = Logger.getLogger(RegistryCache.class.getName());

    /** How long an answer serves. */
    private static final Duration FRESH = Duration.ofSeconds(10);

    /** How long a failure serves: a server that is away is not asked by every page that somebody opens. */
    private static final Duration FAILED = Duration.ofSeconds(5);

    /** How long a request of a browser waits. */
    static final Duration PATIENCE = Duration.ofSeconds(4);

    /** How long a server may be silent. */
    private static final Duration SILENCE = Duration.ofSeconds(8);

    /** How long a question may take in all: large registries answer in many pages. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration KEPT = Duration.ofHours(1);
    private static final int MOST_QUESTIONS = 500;
    private static final int THREADS = 6;
    private static final int MOST_WAITING = 200;

    private static final RetryPolicy ONCE_MORE = new RetryPolicy(2, Duration.ofMillis(200), Duration.ofMillis(200));

    private static final ExecutorService POOL = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(MOST_WAITING),
            StepThreads.factory("MLOps Pipeline page"));

    static {
        ((ThreadPoolExecutor) POOL).allowCoreThreadTimeOut(true);
    }

    private static final RegistryCache SHARED = new RegistryCache();

    private final Cache<Key, Entry<?>> entries = CacheBuilder.newBuilder()
            .expireAfterAccess(KEPT.toMinutes(), TimeUnit.MINUTES)
            .maximumSize(MOST_QUESTIONS)
            .build();

    /** What is asked of a server. */
    @FunctionalInterface
    interface Question<T> {
        T ask(MlflowServer server);
    }

    /** A changed profile is another server. */
    private record Key(String server, String url, String credentials, String question) {}

    /**
     * What is known.
     *
     * @param value null when nothing is
     * @param asOf when it was told
     * @param problem why there is no newer value, a sentence; null when it is up to date
     * @param asking whether an answer is on its way, so that it is worth to ask again
     */
    record Answer<T>(
            @CheckForNull T value,
            @CheckForNull Instant asOf,
            @CheckForNull String problem,
            boolean asking) {}

    static RegistryCache get() {
        return SHARED;
    }

    /**
     * The answer of a server, within {@link #PATIENCE}.
     *
     * @param question names it; equal ones have equal answers
     */
    @NonNull
    @SuppressWarnings("unchecked") // equal questions have answers of one type
    <T> Answer<T> ask(@NonNull MlflowProfile profile, @NonNull String question, @NonNull Question<T> asked) {
        Key key = new Key(profile.getName(), profile.getUrl(), profile.getCredentialsId(), question);
        try {
            Entry<T> entry = (Entry<T>) entries.get(key, () -> new Entry<T>(profile.getName()));
            return entry.answer(profile, asked);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Forgets what a server has told: something was changed there. */
    void forget(@NonNull String server) {
        entries.asMap().forEach((key, entry) -> {
            if (key.server().equals(server)) {
                entry.age();
            }
        });
    }

    private static final class Entry<T> {

        private final String server;
        private T value;
        private Instant asOf;
        private String problem;
        private long until = System.nanoTime() - 1;
        private FutureTask<Void> asking;
        /** Tells a question from one that was given up before. */
        private long asked;

        Entry(String server) {
            this.server = server;
        }

        Answer<T> answer(MlflowProfile profile, Question<T> question) {
            Future<Void> pending;
            synchronized (this) {
                if (asking == null && System.nanoTime() - until < 0) {
                    return new Answer<>(value, asOf, problem, false);
                }
                if (asking == null && !begin(profile, question)) {
                    return new Answer<>(value, asOf, "Too many people ask MLflow servers now: try again soon", true);
                }
                pending = asking;
            }
            try {
                pending.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | CancellationException e) {
                LOGGER.log(Level.FINEST, "not answered yet", e);
            } catch (ExecutionException e) {
                LOGGER.log(Level.WARNING, "A question to an MLflow server failed", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            synchronized (this) {
                return asking == null
                        ? new Answer<>(value, asOf, problem, false)
                        : new Answer<>(value, asOf, "The MLflow server '" + server + "' has not answered yet", true);
            }
        }

        synchronized void age() {
            until = System.nanoTime() - 1;
        }

        private boolean begin(MlflowProfile profile, Question<T> question) {
            long number = ++asked;
            FutureTask<Void> task = new FutureTask<>(() -> ask(profile, question, number), null);
            try {
                asking = task;
                POOL.execute(task);
            } catch (RejectedExecutionException e) {
                asking = null;
                return false;
            }
            Timer.get().schedule(() -> end(task), LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        }

        private void ask(MlflowProfile profile, Question<T> question, long number) {
            T told = null;
            String failure = null;
            try (MlflowServer connection = MlflowServer.connect(profile.settings(null), null, ONCE_MORE, SILENCE)) {
                told = question.ask(connection);
            } catch (MlopsException e) {
                failure = e.getMessage();
            } catch (RuntimeException | LinkageError e) {
                LOGGER.log(Level.WARNING, e, () -> "Asking the MLflow server '" + server + "' failed");
                failure = "Asking the MLflow server '" + server + "' failed; Jenkins' log has the reason";
            }
            synchronized (this) {
                if (number != asked || asking == null) {
                    return;
                }
                asking = null;
                problem = failure;
                if (failure == null) {
                    value = told;
                    asOf = Instant.now();
                }
                until = System.nanoTime() + (failure == null ? FRESH : FAILED).toNanos();
            }
        }

        /** Whatever keeps it: the thread is needed. */
        private void end(FutureTask<Void> task) {
            if (task.cancel(true)) {
                synchronized (this) {
                    if (asking == task) {
                        asking = null;
                        problem = "The MLflow server '" + server + "' did not answer within " + LIMIT.toSeconds()
                                + " seconds";
                        until = System.nanoTime() + FAILED.toNanos();
                    }
                }
            }
        }
    }
}
