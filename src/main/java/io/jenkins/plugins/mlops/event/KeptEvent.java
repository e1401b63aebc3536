package io.jenkins.plugins.mlops.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import edu.umd.cs.findbugs.annotations.NonNull;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An event as {@link EventInbox} keeps it. Immutable.
 *
 * @param <K> the kind itself
 */
interface KeptEvent<K extends KeptEvent<K>> {

    /** The event's identity when it came. */
    String id();

    /** ISO 8601. */
    String received();

    /** Why nothing more becomes of it; "" while something may. */
    String end();

    List<JobOutcome> outcomes();

    /** How sentences call it. */
    @NonNull
    String label();

    /** When its sender says that it happened, in ISO 8601; "" when it did not say it. */
    String time();

    /** Whether the other one is another delivery of this, or about the same, as far as is known by now. */
    boolean isSame(K other);

    @NonNull
    K with(String end, List<JobOutcome> outcomes);

    @NonNull
    default Instant receivedAt() {
        return Instant.parse(received());
    }

    /** When it happened, which is never after it was received, whatever the sender's clock says. */
    @NonNull
    default Instant happened() {
        Instant told = time().isEmpty() ? receivedAt() : Instant.parse(time());
        return told.isBefore(receivedAt()) ? told : receivedAt();
    }

    @JsonIgnore
    default boolean isEnded() {
        return !end().isEmpty();
    }

    default Optional<JobOutcome> outcome(String job) {
        return outcomes().stream().filter(outcome -> outcome.job().equals(job)).findFirst();
    }

    @NonNull
    default K with(JobOutcome outcome) {
        List<JobOutcome> changed = new ArrayList<>(outcomes());
        changed.removeIf(old -> old.job().equals(outcome.job()));
        changed.add(outcome);
        return with(end(), changed);
    }

    @NonNull
    default K ended(String why) {
        return with(why, outcomes());
    }
}
