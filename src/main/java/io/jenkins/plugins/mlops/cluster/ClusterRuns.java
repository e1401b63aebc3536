package io.jenkins.plugins.mlops.cluster;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.Run;
import io.jenkins.plugins.mlops.Notes;
import java.util.List;

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

    /** Notes a run of a build. @param id the run's UUID */
    public void note(@NonNull String id, @NonNull Run<?, ?> build, @NonNull String cloud, @NonNull String namespace) {
        notes.put(id, new ClusterRun(id, build.getExternalizableId(), build.getStartTimeInMillis(), cloud, namespace));
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
