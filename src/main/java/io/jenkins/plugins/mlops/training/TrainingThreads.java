package io.jenkins.plugins.mlops.training;

import hudson.util.ClassLoaderSanityThreadFactory;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A few threads for what no step waits for. */
final class TrainingThreads {

    private static final int THREADS = 4;

    private static final ThreadPoolExecutor POOL = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            new NamingThreadFactory(
                    new ClassLoaderSanityThreadFactory(new DaemonThreadFactory()), "MLOps Pipeline run"));

    static {
        POOL.allowCoreThreadTimeOut(true);
    }

    private TrainingThreads() {}

    static void submit(Runnable work) {
        POOL.execute(work);
    }
}
