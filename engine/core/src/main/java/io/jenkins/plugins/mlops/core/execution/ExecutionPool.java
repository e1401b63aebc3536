package io.jenkins.plugins.mlops.core.execution;

import io.jenkins.plugins.mlops.core.diagnosis.End;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Drives many executions on a few threads: each is stepped when it asked to be, and earlier when the cluster tells of a change. No
 * execution is stepped by two threads at once. Thread-safe.
 */
public final class ExecutionPool implements AutoCloseable {

    /** Changes come in crowds; a step deals with all of them. */
    private static final long CROWD_MILLIS = 150;

    /** Hears that an execution is not driven any more; called on a thread of the pool. */
    public interface Completion {

        void done(Execution execution, End end);

        /** Its step failed, so that it cannot go on in this process; what runs in the cluster goes on. */
        void failed(Execution execution, RuntimeException cause);
    }

    private final ScheduledThreadPoolExecutor timer;
    private final Map<String, Collection<Driven>> byRun = new ConcurrentHashMap<>();

    /** @param threads few: a step is short, but may wait for an answer of the cluster */
    public ExecutionPool(int threads) {
        AtomicInteger number = new AtomicInteger();
        timer = new ScheduledThreadPoolExecutor(threads, work -> {
            Thread thread = new Thread(work, "mlops executions " + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Steps an execution until it is done, from now on. */
    public void drive(Execution execution, ExecutionListener listener, Completion completion) {
        Driven driven = new Driven(execution, listener, completion);
        byRun.computeIfAbsent(execution.run(), run -> new CopyOnWriteArrayList<>())
                .add(driven);
        driven.schedule(0);
    }

    /** Steps the executions of a run soon; meant for {@link io.jenkins.plugins.mlops.core.cluster.ClusterWatch#onChange}. */
    public void wake(String run) {
        byRun.getOrDefault(run, List.of()).forEach(Driven::wake);
    }

    /** How many executions are driven. */
    public int size() {
        return byRun.values().stream().mapToInt(Collection::size).sum();
    }

    /** Drives nothing any more; what runs in the cluster goes on. Returns when no step is being made, or after a while. */
    @Override
    public void close() {
        timer.shutdownNow();
        try {
            timer.awaitTermination(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Driven {
        private final Execution execution;
        private final ExecutionListener listener;
        private final Completion completion;
        private ScheduledFuture<?> next;
        private long dueNanos;
        private boolean stepping;
        private boolean woken;

        Driven(Execution execution, ExecutionListener listener, Completion completion) {
            this.execution = execution;
            this.listener = listener;
            this.completion = completion;
        }

        synchronized void wake() {
            if (stepping) {
                woken = true;
            } else if (dueNanos - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(CROWD_MILLIS)) {
                schedule(CROWD_MILLIS);
            }
        }

        synchronized void schedule(long millis) {
            if (next != null) {
                next.cancel(false);
            }
            dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            try {
                next = timer.schedule(this::step, millis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // The pool was closed: nothing is driven any more.
            }
        }

        private void step() {
            synchronized (this) {
                if (stepping) {
                    woken = true;
                    return;
                }
                stepping = true;
                woken = false;
            }
            Next asked;
            try {
                asked = execution.step(listener);
            } catch (RuntimeException e) {
                leave();
                completion.failed(execution, e);
                return;
            }
            if (asked.isDone()) {
                leave();
                completion.done(execution, asked.end());
                return;
            }
            synchronized (this) {
                stepping = false;
                long millis = asked.after().toMillis();
                schedule(woken ? Math.min(millis, CROWD_MILLIS) : millis);
            }
        }

        private void leave() {
            byRun.computeIfPresent(execution.run(), (run, all) -> {
                all.remove(this);
                return all.isEmpty() ? null : all;
            });
        }
    }
}
