package io.jenkins.plugins.mlops.cluster;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.Run;
import io.jenkins.plugins.mlops.ControllerDirectory;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * The runs of this controller that may have workloads in clusters, each noted in {@code mlops/cluster-runs} of its home directory
 * before its first object is made, and until its last one is gone. Thread-safe.
 */
@Extension
public class ClusterRuns {

    private static final Logger LOGGER = Logger.getLogger(ClusterRuns.class.getName());

    @NonNull
    public static ClusterRuns get() {
        return ExtensionList.lookupSingleton(ClusterRuns.class);
    }

    /** Notes a run of a build. @param id the run's UUID */
    public void note(@NonNull String id, @NonNull Run<?, ?> build, @NonNull String cloud, @NonNull String namespace) {
        try {
            Files.createDirectories(directory());
            Documents.writeJson(
                    file(id),
                    new ClusterRun(id, build.getExternalizableId(), build.getStartTimeInMillis(), cloud, namespace));
        } catch (IOException e) {
            throw new UncheckedIOException("The note of a run on a cluster cannot be written: " + e.getMessage(), e);
        }
    }

    /** Forgets a run that has left nothing in its cluster. */
    public void remove(@NonNull String id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "The note " + file(id) + " of a run that is over cannot be deleted");
        }
    }

    /** Whether somebody watches over it, or will when Jenkins has resumed the build. */
    boolean isAlive(String id) {
        Path file = file(id);
        if (!Files.exists(file)) {
            return false;
        }
        try {
            return isAlive(Documents.read(file, ClusterRun.class));
        } catch (MlopsException e) {
            LOGGER.log(Level.WARNING, "The note of a run on a cluster is damaged: {0}", e.getMessage());
            return true; // what nobody can judge is not removed
        }
    }

    private static boolean isAlive(ClusterRun run) {
        Run<?, ?> build = build(run);
        return build != null && build.getStartTimeInMillis() == run.started() && build.isBuilding();
    }

    @CheckForNull
    private static Run<?, ?> build(ClusterRun run) {
        try {
            return Run.fromExternalizableId(run.build());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The notes of runs that nobody watches over. */
    List<ClusterRun> abandoned() {
        if (!Files.isDirectory(directory())) {
            return List.of();
        }
        List<ClusterRun> abandoned = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory())) {
            files.filter(file -> file.toString().endsWith(".json")).sorted().forEach(file -> {
                try {
                    ClusterRun run = Documents.read(file, ClusterRun.class);
                    if (!isAlive(run)) {
                        abandoned.add(run);
                    }
                } catch (MlopsException e) {
                    LOGGER.log(Level.WARNING, "The note of a run on a cluster is damaged: {0}", e.getMessage());
                }
            });
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "The notes in " + directory() + " cannot be read");
        }
        return abandoned;
    }

    private static Path file(String id) {
        return directory().resolve(id + ".json");
    }

    private static Path directory() {
        return ControllerDirectory.part("cluster-runs");
    }
}
