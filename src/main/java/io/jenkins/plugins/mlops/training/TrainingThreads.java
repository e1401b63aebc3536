package io.jenkins.plugins.mlops.training;

import io.jenkins.plugins.mlops.step.StepThreads;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;

/** A few threads for what no step waits for. */
final class TrainingThreads {

    private static final int THREADS = 4;

    private static final ExecutorService POOL =
            StepThreads.pool(THREADS, THREADS, new LinkedBlockingQueue<>(), "MLOps Pipeline run");

    private TrainingThreads() {}

    static void submit(Runnable work) {
        POOL.execute(work);
    }
}
