package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Does the same with every item on a fixed number of threads. The first failure, or an interruption of the caller,
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

    public <T> void forEach(Collection<T> items, Task<T> task) {
        forEach(items.iterator(), Math.min(jobs, items.size()), task);
    }

    /** As the other, of items whose number is not known; only one thread at a time asks for the next. */
    public <T> void forEach(Iterator<T> items, Task<T> task) {
        forEach(items, jobs, task);
    }

    private <T> void forEach(Iterator<T> items, int number, Task<T> task) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        Object turn = new Object();
        for (int i = 0; i < number; i++) {
            threads.add(new Thread(
                    () -> {
                        try {
                            while (failure.get() == null) {
                                T item;
                                synchronized (turn) {
                                    if (!items.hasNext()) {
                                        return;
                                    }
                                    item = items.next();
                                }
                                task.run(item);
                            }
                        } catch (IOException | RuntimeException | Error e) {
                            if (failure.compareAndSet(null, e)) {
                                stop(threads);
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
        if (failure instanceof UncheckedIOException e) {
            rethrow(e.getCause());
        }
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
