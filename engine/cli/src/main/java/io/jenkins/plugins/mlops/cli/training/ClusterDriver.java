package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.training.PatientSteps;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Drives one training on a cluster to its end on the calling thread. An interrupt (Ctrl-C, SIGTERM) stops the training and removes
 * it from the cluster; a SIGKILL leaves it to whoever resumes it.
 */
final class ClusterDriver {

    /** What is left of the time that an interrupted command may take. */
    private static final Duration CLEAN_UP = Duration.ofSeconds(25);

    private final ClusterTraining training;
    private final PatientSteps steps;
    private final TrainingPrinter printer;
    private final Output out;
    private final Semaphore changes = new Semaphore(0);
    private long giveUp = Long.MAX_VALUE;
    private boolean interrupted;

    ClusterDriver(ClusterTraining training, ClusterServices services, TrainingPrinter printer, Output out) {
        this.training = training;
        this.steps = new PatientSteps(training);
        this.printer = printer;
        this.out = out;
        services.watch().onChange(run -> {
            if (run.equals(training.run())) {
                changes.release();
            }
        });
    }

    /** @throws MlopsException that says how it failed */
    int toEnd() {
        while (true) {
            Optional<Duration> next = step();
            if (next.isEmpty()) {
                return ended();
            }
            if (System.nanoTime() > giveUp) {
                throw new MlopsException(
                        MlopsException.Kind.INTERRUPTED,
                        "The training is being stopped, but is not out of the cluster yet: 'mlops train resume "
                                + training.directory() + "' sees it through");
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
            out.note("Stopping the training and removing it from the cluster");
            ClusterTraining.stop(training.directory(), "mlops was interrupted");
        }
    }

    private int ended() {
        training.failure().ifPresent(failure -> {
            throw failure;
        });
        TrainingResult result = training.result().orElseThrow();
        out.result(TrainingSummary.of(result), result);
        return 0;
    }
}
