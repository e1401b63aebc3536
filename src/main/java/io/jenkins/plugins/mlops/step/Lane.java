package io.jenkins.plugins.mlops.step;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/**
 * Work of which only so much is done at once, begun in the order of arrival on the threads of a pool. What waits for its turn holds no
 * thread; what was cancelled keeps its turn until it has really ended. Thread-safe.
 */
final class Lane {

    private final Executor pool;
    private final int width;
    private final Queue<FutureTask<?>> waiting = new ArrayDeque<>();
    private int threads;

    /** @param width how much is done at once, at least 1 */
    Lane(Executor pool, int width) {
        this.pool = pool;
        this.width = width;
    }

    void add(FutureTask<?> work) {
        synchronized (this) {
            waiting.add(work);
            if (threads == width) {
                return;
            }
            threads++;
        }
        try {
            pool.execute(this::work);
        } catch (RuntimeException | Error e) { // no memory for one more thread
            synchronized (this) {
                threads--;
                waiting.remove(work);
            }
            throw e;
        }
    }

    private void work() {
        for (FutureTask<?> next = next(); next != null; next = next()) {
            next.run();
            Thread.interrupted(); // it was meant for what has ended
        }
    }

    private synchronized FutureTask<?> next() {
        FutureTask<?> next = waiting.poll();
        if (next == null) {
            threads--;
        }
        return next;
    }
}
