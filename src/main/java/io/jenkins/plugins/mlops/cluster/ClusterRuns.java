package io.jenkins.plugins.mlops.cluster;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.init.InitMilestone;
import hudson.init.Initializer;
import hudson.model.Run;
import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The runs of this controller that may have workloads in clusters, each noted in {@code mlops/cluster-runs} of its home directory
 * before its first object is made, and until its last one is gone. Thread-safe.
 */
@Extension
public class ClusterRuns {

    private final Notes<ClusterRun> notes = new Notes<>("cluster-runs", ClusterRun.class, "a run on a cluster");

    @NonNull
    public static ClusterRuns get() {
        return ExtensionList.lookupSingleton(ClusterRuns.class);
    }

    /** The end of a build asks for them on the thread that runs scripts, so they are in memory by then. */
    @Initializer(after = InitMilestone.EXTENSIONS_AUGMENTED, before = InitMilestone.JOB_LOADED)
    public static void read() {
        get().notes.all();
    }

    /**
     * Notes a run of a build.
     *
     * @param id the run's UUID
     * @param step unique name of the step that drives it
     * @param cluster where it has its workloads
     * @param mlflow name of the profile of its MLflow server
     */
    public void note(
            @NonNull String id,
            @NonNull String step,
            @NonNull Run<?, ?> build,
            @NonNull Cluster cluster,
            @NonNull String mlflow) {
        notes.put(
                id,
                new ClusterRun(
                        id,
                        build.getExternalizableId(),
                        build.getStartTimeInMillis(),
                        cluster.name(),
                        cluster.namespace(),
                        step,
                        mlflow));
    }

    /** Name of the profile of the MLflow server that the runs of a step use; empty when none is noted. */
    @NonNull
    public Optional<String> mlflow(@NonNull String step) {
        return ofStep(step).stream()
                .map(ClusterRun::mlflow)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** UUIDs of the runs of a build; without any I/O. */
    @NonNull
    public List<String> of(@NonNull Run<?, ?> build) {
        String id = build.getExternalizableId();
        return notes.all().stream()
                .filter(run -> id.equals(run.build()) && run.started() == build.getStartTimeInMillis())
                .map(ClusterRun::id)
                .toList();
    }

    List<ClusterRun> ofStep(String step) {
        return notes.all().stream().filter(run -> step.equals(run.step())).toList();
    }

    /** Forgets a run that has left nothing in its cluster. */
    public void remove(@NonNull String id) {
        notes.remove(id);
    }

    /** Whether somebody watches over it, or will when Jenkins has resumed the build; what nobody can judge is not removed. */
    boolean isAlive(String id) {
        return notes.has(id) && notes.get(id).map(ClusterRuns::isAlive).orElse(true);
    }

    private static boolean isAlive(ClusterRun run) {
        Run<?, ?> build = Notes.build(run.build());
        return build != null && build.getStartTimeInMillis() == run.started() && build.isBuilding();
    }

    /** The notes of runs that nobody watches over. */
    List<ClusterRun> abandoned() {
        return notes.all().stream().filter(run -> !isAlive(run)).toList();
    }
}
