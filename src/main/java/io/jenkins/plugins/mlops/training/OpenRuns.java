package io.jenkins.plugins.mlops.training;

import hudson.Extension;
import hudson.ExtensionList;
import hudson.init.InitMilestone;
import hudson.init.Initializer;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The MLflow runs that this controller has open, each noted in {@code mlops/open-runs} of its home directory before MLflow is
 * asked to make it, and until it has ended. What a step cannot end itself, because its build was killed or deleted, or because
 * the MLflow server is away, is ended by {@link #sweep}, as often as it takes. Thread-safe.
 */
@Extension
public class OpenRuns {

    /** Tag of an MLflow run: which step of which build it belongs to. */
    static final String TAG = "mlops.jenkins.step";

    private static final Logger LOGGER = Logger.getLogger(OpenRuns.class.getName());

    /** How long the creation of a run can take that nobody waits for any more. */
    private static final Duration CREATION = Duration.ofMinutes(10);

    /** After this a server that does not answer is taken for gone. */
    private static final Duration PATIENCE = Duration.ofDays(30);

    private final Notes<OpenRun> notes = new Notes<>("open-runs", OpenRun.class, "an open MLflow run");

    static OpenRuns get() {
        return ExtensionList.lookupSingleton(OpenRuns.class);
    }

    /** The end of a build asks for them on the thread that runs scripts, so they are in memory by then. */
    @Initializer(after = InitMilestone.EXTENSIONS_AUGMENTED, before = InitMilestone.JOB_LOADED)
    public static void read() {
        get().notes.all();
    }

    /** Keeps the note, in place of an earlier one with its id. */
    void note(OpenRun run) {
        notes.put(run.id(), run);
    }

    /** Forgets a run that has ended. */
    void remove(String id) {
        notes.remove(id);
    }

    /** The notes of a build but damaged ones; without any I/O. */
    List<OpenRun> of(Run<?, ?> build) {
        String id = build.getExternalizableId();
        return notes.all().stream().filter(run -> id.equals(run.build())).toList();
    }

    /**
     * Ends a run now, or as soon as that can be done.
     *
     * @return why it could not be ended yet; empty when it is
     */
    Optional<String> end(String id, RunStatus status) {
        Optional<OpenRun> noted = notes.get(id);
        if (noted.isEmpty()) {
            return Optional.empty();
        }
        OpenRun run = noted.get().closedAs(status);
        note(run);
        recordStatus(run, status);
        try {
            close(run);
            return Optional.empty();
        } catch (MlopsException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** Ends the runs of builds that are over or gone, and those that could not be ended before. */
    synchronized void sweep() {
        Set<String> away = new HashSet<>();
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            for (OpenRun run : notes.all()) {
                if (isOver(run) && !away.contains(run.server())) {
                    try {
                        close(run.closeAs() == null ? run.closedAs(RunStatus.KILLED) : run);
                    } catch (MlopsException e) {
                        away.add(run.server());
                        postpone(run, e);
                    }
                }
            }
        }
    }

    private void postpone(OpenRun run, MlopsException e) {
        boolean hopeless = run.noted().isBefore(Instant.now().minus(PATIENCE));
        LOGGER.log(
                hopeless ? Level.WARNING : Level.INFO,
                () -> "The MLflow run of " + run.build() + " could not be ended: " + e.getMessage()
                        + (hopeless ? "; this is not tried any more" : ""));
        if (hopeless) {
            remove(run.id());
        }
    }

    private static boolean isOver(OpenRun run) {
        if (run.closeAs() != null) {
            return true;
        }
        if (RunKeeper.get().keeps(run.id())) {
            return false; // whatever became of the job's name
        }
        Run<?, ?> build = Notes.build(run.build());
        return build == null || !build.isBuilding();
    }

    /** All runs with the tag: a second one exists when the answer to the first creation was lost. */
    private void close(OpenRun run) {
        try (MlflowServer server =
                MlopsConfiguration.get().mlflowServer(run.server()).connect(null)) {
            List<TrackedRun> found = server.runsByTag(run.experiment(), TAG, run.tag());
            if (found.isEmpty()
                    && run.runId() == null
                    && run.noted().isAfter(Instant.now().minus(CREATION))) {
                note(run);
                return;
            }
            RunStatus status = run.closeAs();
            for (TrackedRun open : found) {
                if (isWhole(open)) {
                    status = RunStatus.FINISHED;
                } else {
                    server.endRun(open.runId(), run.closeAs());
                }
            }
            recordStatus(run, status);
            remove(run.id());
        }
    }

    /** Whether everything was recorded, and only the note was left. */
    private static boolean isWhole(TrackedRun run) {
        return run.status() == RunStatus.FINISHED && run.tags().containsKey(RunTags.MODEL_DIGEST);
    }

    private static void recordStatus(OpenRun run, RunStatus status) {
        Run<?, ?> build = Notes.build(run.build());
        if (build == null) {
            return;
        }
        try {
            TrainingUses.of(build).ended(run.tag(), status);
        } catch (MlopsException e) {
            LOGGER.log(Level.WARNING, e, () -> "The end of an MLflow run is not in the record of " + run.build());
        }
    }
}
