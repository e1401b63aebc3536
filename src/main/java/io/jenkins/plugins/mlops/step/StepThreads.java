package io.jenkins.plugins.mlops.step;

import hudson.util.ClassLoaderSanityThreadFactory;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that all steps share: a bounded number, so that many builds at once queue instead of exhausting Jenkins. */
final class StepThreads {

    private static final int THREADS = 64;

    private static final ExecutorService POOL = pool();

    private StepThreads() {}

    static Future<?> submit(Runnable work) {
        return POOL.submit(work);
    }

    private static ExecutorService pool() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(),
                new NamingThreadFactory(
                        new ClassLoaderSanityThreadFactory(new DaemonThreadFactory()), "MLOps Pipeline step"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
