package io.jenkins.plugins.mlops.cache;

import hudson.Extension;
import hudson.model.AsyncPeriodicWork;
import hudson.model.Computer;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.ItemListener;
import hudson.model.listeners.RunListener;
import hudson.slaves.ComputerListener;
import io.jenkins.plugins.mlops.step.StepThreads;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Sees to it that {@link CacheHolds#tend} runs: when builds end or go, when a node comes back, and every ten minutes. */
@Extension
public class CacheHoldsWork extends AsyncPeriodicWork {

    /** Whether it is wanted and has not begun. */
    private static final AtomicBoolean WANTED = new AtomicBoolean();

    public CacheHoldsWork() {
        super("Holds of dataset caches");
    }

    @Override
    public long getRecurrencePeriod() {
        return TimeUnit.MINUTES.toMillis(10);
    }

    @Override
    protected void execute(TaskListener listener) {
        CacheHolds.get().tend();
    }

    private static void soon() {
        if (WANTED.compareAndSet(false, true)) {
            StepThreads.submitForAgents(() -> {
                WANTED.set(false);
                CacheHolds.get().tend();
            });
        }
    }

    /** Builds that have ended, or were deleted, hold nothing. */
    @Extension
    public static final class Builds extends RunListener<Run<?, ?>> {

        @Override
        public void onFinalized(Run<?, ?> build) {
            tendIfHolding(build);
        }

        @Override
        public void onDeleted(Run<?, ?> build) {
            tendIfHolding(build);
        }

        private static void tendIfHolding(Run<?, ?> build) {
            if (CacheHolds.get().holds(build)) {
                soon();
            }
        }
    }

    /** Builds of a job that gets another name go on. */
    @Extension
    public static final class Jobs extends ItemListener {

        @Override
        public void onLocationChanged(Item item, String before, String now) {
            CacheHolds.get().moved(before, now);
        }
    }

    /** Nodes that come back have what could not be let go. */
    @Extension
    public static final class Nodes extends ComputerListener {

        @Override
        public void onOnline(Computer computer, TaskListener listener) {
            if (CacheHolds.get().anyOn(computer.getName())) {
                soon();
            }
        }
    }
}
