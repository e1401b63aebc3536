package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.PeriodicWork;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Sees to it that {@link OpenRuns#sweep} runs: when builds end or go, after the start of Jenkins, and every minute. */
@Extension
public class OpenRunsWatch extends PeriodicWork {

    /** Whether a sweep is wanted that has not begun. */
    private final AtomicBoolean wanted = new AtomicBoolean();

    static void sweepSoon() {
        ExtensionList.lookupSingleton(OpenRunsWatch.class).doRun();
    }

    @Override
    public long getRecurrencePeriod() {
        return TimeUnit.MINUTES.toMillis(1);
    }

    /** The first time soon after the start of Jenkins: a killed one may have left something open. */
    @Override
    public long getInitialDelay() {
        return TimeUnit.SECONDS.toMillis(10);
    }

    @Override
    protected void doRun() {
        if (wanted.compareAndSet(false, true)) {
            TrainingThreads.submit(() -> {
                wanted.set(false);
                OpenRuns.get().sweep();
            });
        }
    }

    /** Ends what a build leaves open. */
    @Extension
    public static final class Builds extends RunListener<Run<?, ?>> {

        @Override
        public void onCompleted(Run<?, ?> run, @NonNull TaskListener listener) {
            List<OpenRun> left = OpenRuns.get().of(run);
            left.stream()
                    .filter(open -> open.closeAs() == null)
                    .forEach(open -> listener.getLogger()
                            .println("The build ended before its withMLflow block did: the MLflow run "
                                    + (open.runId() == null ? "of the experiment " + open.experiment() : open.runId())
                                    + " is being set to KILLED"));
            if (!left.isEmpty()) {
                TrainingThreads.submit(() -> {
                    left.forEach(open -> RunKeeper.get().release(open.id()));
                    sweepSoon();
                });
            }
        }

        @Override
        public void onFinalized(Run<?, ?> run) {
            if (!OpenRuns.get().of(run).isEmpty()) {
                sweepSoon();
            }
        }

        @Override
        public void onDeleted(Run<?, ?> run) {
            if (!OpenRuns.get().of(run).isEmpty()) {
                sweepSoon();
            }
        }
    }
}
