package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.ClusterWork;
import io.jenkins.plugins.mlops.core.training.PatientSteps;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Drives one training or evaluation on a cluster to its end on the calling thread. An interrupt (Ctrl-C, SIGTERM) stops it and removes
 * it from the cluster; a SIGKILL leaves it to whoever resumes it.
 */
public final class ClusterDriver {

    /** What is left of the time that an interrupted command may take. */
    private static final Duration CLEAN_UP = Duration.ofSeconds(25);

    private final ClusterWork work;
    private final String what;
    private final PatientSteps steps;
    private final TrainingPrinter printer;
    private final Output out;
    private final Semaphore changes = new Semaphore(0);
    private long giveUp = Long.MAX_VALUE;
    private boolean interrupted;

    /** @param what such as "training" */
    public ClusterDriver(ClusterWork work, String what, ClusterServices services, TrainingPrinter printer, Output out) {
        this.work = work;
        this.what = what;
        this.steps = new PatientSteps(work);
        this.printer = printer;
        this.out = out;
        services.watch().onChange(run -> {
            if (run.equals(work.run())) {
                changes.release();
            }
        });
    }

    /** @throws MlopsException that says how it failed */
    public void toEnd() {
        while (true) {
            Optional<Duration> next = step();
            if (next.isEmpty()) {
                work.failure().ifPresent(failure -> {
                    throw failure;
                });
                return;
            }
            if (System.nanoTime() > giveUp) {
                throw new MlopsException(
                        MlopsException.Kind.INTERRUPTED,
                        "The " + what + " is being stopped, but is not out of the cluster yet: 'mlops train resume "
                                + work.directory() + "' sees it through");
            }
            sleep(next.get());
        }
    }

    private Optional<Duration> step() {
        try {
            return steps.step(printer);
        } catch (MlopsException e) {
            if (e.kind() != MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            stop();
            return Optional.of(Duration.ZERO);
        }
    }

    private void sleep(Duration wait) {
        try {
            if (changes.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                changes.drainPermits();
            }
        } catch (InterruptedException e) {
            stop();
        }
    }

    private void stop() {
        // Clients do not work while the thread's interrupt flag is up.
        Thread.interrupted();
        if (!interrupted) {
            interrupted = true;
            giveUp = System.nanoTime() + CLEAN_UP.toNanos();
            out.note("Stopping the " + what + " and removing it from the cluster");
            ClusterRuns.stop(work.directory(), "mlops was interrupted");
        }
    }
}
