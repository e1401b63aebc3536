package io.jenkins.plugins.mlops.core.execution;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Drives much work on a few threads: each piece is stepped when it asked to be, and earlier when the cluster tells of a change. No
 * piece is stepped by two threads at once. Steps that may take long have threads of their own, so that the others need not wait for
 * them. Thread-safe.
 */
public final class StepPool implements AutoCloseable {

    private static final Logger LOGGER = Logger.getLogger(StepPool.class.getName());

    /** Changes come in crowds; a step deals with all of them. */
    private static final long CROWD_MILLIS = 150;

    private static final long IDLE_SECONDS = 60;

    /** Work that is done in steps; called on threads of the pool. */
    public interface Stepped {

        /** The UUID of the run that it waits for now, by which {@link #wake} finds it; any thread may ask. */
        String run();

        /**
         * Does what is due.
         *
         * @return when to come again; empty when it is over
         */
        Optional<Duration> step();

        /** Whether the next step may take longer than a few answers of a server. */
        default boolean isLong() {
            return false;
        }

        /** Its step threw this, so that it is not driven any more; what runs in the cluster goes on. */
        void failed(RuntimeException cause);
    }

    private final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor workers;
    private final Set<Driven> all = ConcurrentHashMap.newKeySet();

    /**
     * @param threads few: a step is short, but may wait for an answer of the cluster
     * @param longThreads for the long steps, which queue for them
     */
    public StepPool(int threads, int longThreads, ThreadFactory factory) {
        timer = new ScheduledThreadPoolExecutor(threads, factory);
        timer.setRemoveOnCancelPolicy(true);
        workers = new ThreadPoolExecutor(
                longThreads, longThreads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        workers.allowCoreThreadTimeOut(true);
    }

    /** Steps it until it is over, from now on. */
    public void drive(Stepped work) {
        Driven driven = new Driven(work);
        all.add(driven);
        driven.schedule(0);
    }

    /** Steps what belongs to a run soon; meant for {@link io.jenkins.plugins.mlops.core.cluster.ClusterWatch#onChange}. */
    public void wake(String run) {
        for (Driven driven : all) {
            if (run.equals(driven.work.run())) {
                driven.wake();
            }
        }
    }

    /** How many pieces of work are driven. */
    public int size() {
        return all.size();
    }

    /** Drives nothing any more; what runs in the cluster goes on. Returns when no step is being made, or after a while. */
    @Override
    public void close() {
        timer.shutdownNow();
        workers.shutdownNow();
        try {
            long patience = Duration.ofSeconds(30).toMillis();
            timer.awaitTermination(patience, TimeUnit.MILLISECONDS);
            workers.awaitTermination(patience, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Driven {
        private final Stepped work;
        private ScheduledFuture<?> next;
        private long dueNanos;
        private boolean stepping;
        private boolean woken;

        Driven(Stepped work) {
            this.work = work;
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
                next = timer.schedule(this::due, millis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                closed(e);
            }
        }

        private void due() {
            synchronized (this) {
                if (stepping) {
                    woken = true;
                    return;
                }
                stepping = true;
                woken = false;
            }
            if (!work.isLong()) {
                step();
                return;
            }
            try {
                workers.execute(this::step);
            } catch (RejectedExecutionException e) {
                closed(e);
            }
        }

        private void step() {
            Optional<Duration> asked;
            try {
                asked = work.step();
            } catch (RuntimeException e) {
                all.remove(this);
                work.failed(e);
                return;
            }
            if (asked.isEmpty()) {
                all.remove(this);
                return;
            }
            synchronized (this) {
                stepping = false;
                long millis = asked.get().toMillis();
                schedule(woken ? Math.min(millis, CROWD_MILLIS) : millis);
            }
        }

        private void closed(RejectedExecutionException e) {
            LOGGER.log(Level.FINE, e, () -> "the pool is closed: run " + work.run() + " is not driven any more");
        }
    }
}
