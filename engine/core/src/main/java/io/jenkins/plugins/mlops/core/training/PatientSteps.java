package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.time.Duration;
import java.util.Optional;

/**
 * Steps work on a cluster, and waits for servers that do not answer, for as long as it takes: that is said once, and the pauses grow
 * from {@value #FIRST_SECONDS} to {@value #LONGEST_SECONDS} seconds. Not thread-safe.
 */
public final class PatientSteps {

    private static final int FIRST_SECONDS = 2;
    private static final int LONGEST_SECONDS = 30;

    private static final Duration FIRST = Duration.ofSeconds(FIRST_SECONDS);
    private static final Duration LONGEST = Duration.ofSeconds(LONGEST_SECONDS);

    private final ClusterWork work;
    private Duration pause = FIRST;

    public PatientSteps(ClusterWork work) {
        this.work = work;
    }

    /**
     * As {@link ClusterWork#step}.
     *
     * @throws MlopsException of kind INTERRUPTED alone, or when the directory cannot be used
     */
    public Optional<Duration> step(TrainingListener listener) {
        try {
            Optional<Duration> next = work.step(listener);
            if (!pause.equals(FIRST)) {
                listener.note("It answers again");
            }
            pause = FIRST;
            return next;
        } catch (MlopsException e) {
            if (e.kind() != MlopsException.Kind.UNREACHABLE) {
                throw e;
            }
            Duration wait = pause;
            if (wait.equals(FIRST)) {
                listener.note(e.getMessage() + "; trying again until it answers");
            }
            Duration longer = wait.multipliedBy(2);
            pause = longer.compareTo(LONGEST) > 0 ? LONGEST : longer;
            return Optional.of(wait);
        }
    }
}
