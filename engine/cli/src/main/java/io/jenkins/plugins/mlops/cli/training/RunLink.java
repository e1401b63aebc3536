package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a workload in a cluster names the run directory that it belongs to, on the machine of its controller: so that the sweeper
 * knows what somebody may go on with, wherever trainings have their directories.
 */
final class RunLink {

    private RunLink() {}

    static String of(Path directory) {
        return directory.toAbsolutePath().normalize().toUri().toString();
    }

    /** The directory, when there is one on this machine, and what it is of is not over. @param link null for none */
    static Optional<Path> unfinished(String link) {
        if (link == null || !link.startsWith("file:")) {
            return Optional.empty();
        }
        try {
            Path directory = Path.of(URI.create(link));
            return isUnfinished(directory) ? Optional.of(directory) : Optional.empty();
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            return Optional.empty();
        }
    }

    /** What cannot be read may be unfinished, too. */
    private static boolean isUnfinished(Path directory) {
        try {
            return ClusterRuns.isIn(directory) && !ClusterRuns.isOver(directory);
        } catch (MlopsException e) {
            return true;
        }
    }
}
