package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
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

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** What is left of the time that an interrupted command may take. */
    private static final Duration CLEAN_UP = Duration.ofSeconds(25);

    private final ClusterTraining training;
    private final TrainingPrinter printer;
    private final Output out;
    private final Semaphore changes = new Semaphore(0);
    private Duration pause = FIRST_PAUSE;
    private long giveUp = Long.MAX_VALUE;
    private boolean interrupted;

    ClusterDriver(ClusterTraining training, ClusterServices services, TrainingPrinter printer, Output out) {
        this.training = training;
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
            Optional<Duration> next = training.step(printer);
            pause = FIRST_PAUSE;
            return next;
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                stop();
                return Optional.of(Duration.ZERO);
            }
            if (e.kind() != MlopsException.Kind.UNREACHABLE) {
                throw e;
            }
            Duration wait = pause;
            if (wait.equals(FIRST_PAUSE)) {
                out.note(e.getMessage() + "; trying again until it answers");
            }
            pause = wait.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait.multipliedBy(2);
            return Optional.of(wait);
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
        TrainingResult result = training.result().orElse(null);
        if (result == null) {
            out.result(
                    "The training in " + training.directory() + " is finished already, as MLflow run "
                            + training.status().runId(),
                    training.status());
        } else {
            out.result(TrainingSummary.of(result), result);
        }
        return 0;
    }
}
