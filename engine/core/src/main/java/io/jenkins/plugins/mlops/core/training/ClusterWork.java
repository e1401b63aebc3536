package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What of a run is done on a cluster, as whoever drives it sees it: it owns no thread, and all that it knows lies in its directory,
 * from which it is opened again after its driver was killed. Not thread-safe.
 */
public interface ClusterWork extends AutoCloseable {

    /** The UUID of the run that it waits for now, by which the watch tells of changes; any thread may ask. */
    String run();

    Path directory();

    boolean isOver();

    /** Whether the next step sends or fetches files, which takes as long as they are large. */
    boolean isLong();

    /**
     * Does what is due.
     *
     * @return when to come again at the latest; empty when it is over, which {@link #failure} tells more of
     * @throws MlopsException of kind UNREACHABLE when a server does not answer: step again later; of kind INTERRUPTED when the
     *     thread was interrupted, which stops nothing
     */
    Optional<Duration> step(TrainingListener listener);

    /** Why it failed, in the words and of the kind that its last step threw; empty when it did not. */
    Optional<MlopsException> failure();

    /** Lets go of the directory; what runs in the cluster goes on. */
    @Override
    void close();
}
