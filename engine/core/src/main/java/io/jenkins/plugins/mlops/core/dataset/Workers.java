package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Does the same with every item of a list on a fixed number of threads. The first failure, or an interruption of the caller,
 * stops the others, and the call returns when all have ended: nothing goes on behind the caller's back.
 */
public final class Workers {

    /** Work on one item. */
    @FunctionalInterface
    public interface Task<T> {
        void run(T item) throws IOException;
    }

    private final String what;
    private final int jobs;
    private final Runnable breakOff;

    /**
     * @param what names the work in a message, capitalised
     * @param jobs number of threads at most
     * @param breakOff makes blocked tasks fail at once
     */
    public Workers(String what, int jobs, Runnable breakOff) {
        this.what = what;
        this.jobs = jobs;
        this.breakOff = breakOff;
    }

    public <T> void forEach(List<T> items, Task<T> task) {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(jobs, items.size()); i++) {
            threads.add(new Thread(
                    () -> {
                        for (int n = next.getAndIncrement();
                                n < items.size() && failure.get() == null;
                                n = next.getAndIncrement()) {
                            try {
                                task.run(items.get(n));
                            } catch (IOException | RuntimeException | Error e) {
                                if (failure.compareAndSet(null, e)) {
                                    stop(threads);
                                }
                                return;
                            }
                        }
                    },
                    "mlops-" + i));
        }
        threads.forEach(thread -> {
            thread.setDaemon(true);
            thread.start();
        });
        boolean interrupted = join(threads, failure);
        if (interrupted) {
            throw MlopsException.interrupted(what);
        }
        rethrow(failure.get());
    }

    private boolean join(List<Thread> threads, AtomicReference<Throwable> failure) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    failure.compareAndSet(null, e);
                    stop(threads);
                }
            }
        }
        return interrupted;
    }

    private void stop(List<Thread> threads) {
        for (Thread thread : threads) {
            if (thread != Thread.currentThread()) {
                thread.interrupt();
            }
        }
        breakOff.run();
    }

    private void rethrow(Throwable failure) {
        if (failure instanceof IOException e) {
            throw MlopsException.failed(what + " failed: " + LocalFailures.reason(e), e);
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }
}
