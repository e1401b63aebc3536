package io.jenkins.plugins.mlops.training;

import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.PeriodicWork;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps the runs RUNNING whose bodies go on: MLflow's Python client ends the run that it logs to when its process ends, and a
 * body may have many processes. Thread-safe.
 */
@Extension
public class RunKeeper extends PeriodicWork {

    private static final Logger LOGGER = Logger.getLogger(RunKeeper.class.getName());
    private static final long PERIOD_SECONDS = 10;

    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    static RunKeeper get() {
        return ExtensionList.lookupSingleton(RunKeeper.class);
    }

    void keep(StartedTraining training) {
        kept.put(training.id, new Kept(training.server, training.runId));
    }

    boolean keeps(String id) {
        return kept.containsKey(id);
    }

    /** From the return on, the run's status is left alone. */
    void release(String id) {
        Kept run = kept.remove(id);
        if (run != null) {
            run.release();
        }
    }

    @Override
    public long getRecurrencePeriod() {
        return TimeUnit.SECONDS.toMillis(PERIOD_SECONDS);
    }

    @Override
    protected void doRun() {
        kept.values().forEach(Kept::look);
    }

    private static final class Kept {

        private final String server;
        private final String runId;
        private final AtomicBoolean looking = new AtomicBoolean();
        private boolean released;

        Kept(String server, String runId) {
            this.server = server;
            this.runId = runId;
        }

        /** Off the timer's thread; at most one look at a time, however long the server takes. */
        void look() {
            if (looking.compareAndSet(false, true)) {
                TrainingThreads.submit(() -> {
                    try {
                        correct();
                    } catch (MlopsException e) {
                        LOGGER.log(Level.FINE, e, () -> "the status of MLflow run " + runId + " is not known");
                    } finally {
                        looking.set(false);
                    }
                });
            }
        }

        private synchronized void correct() {
            if (released) {
                return;
            }
            try (MlflowServer mlflow =
                    MlopsConfiguration.get().mlflowServer(server).connect(null)) {
                mlflow.run(runId)
                        .filter(run -> run.status() != RunStatus.RUNNING)
                        .ifPresent(run -> mlflow.endRun(runId, RunStatus.RUNNING));
            }
        }

        synchronized void release() {
            released = true;
        }
    }
}
