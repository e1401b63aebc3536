package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.Notes;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Events in a part of Jenkins' home, a file each, on the disk before a call returns. Those that are not done are kept in any case, of
 * the others the last {@value #MOST} of the last {@value #DAYS} days. What is kept is known when it comes again. An event that
 * happened before the oldest that would still be known is not taken: it may have been there and be forgotten. Thread-safe.
 */
final class KeptEvents<K extends KeptEvent<K>> {

    /** How many that are done are remembered. */
    static final int MOST = 2000;

    /** How long they are remembered. */
    static final int DAYS = 90;

    /** What became of a new one. */
    enum Taken {
        NEW,
        /** The same is kept already. */
        KNOWN,
        /** Whether the same was there cannot be told any more. */
        TOO_OLD
    }

    private final Notes<K> notes;
    private final int most;
    private final Clock clock;

    /** In the order in which they came. */
    private final Map<String, K> events = new LinkedHashMap<>();

    KeptEvents(Notes<K> notes) {
        this(notes, MOST, Clock.systemUTC());
    }

    KeptEvents(Notes<K> notes, int most, Clock clock) {
        this.notes = notes;
        this.most = most;
        this.clock = clock;
    }

    /** Reads what is there; a file that cannot be read is told in Jenkins' log and left alone. */
    synchronized void load() {
        events.clear();
        notes.all().stream()
                .sorted(Comparator.comparing(KeptEvent::receivedAt))
                .forEach(event -> events.put(event.id(), event));
    }

    /**
     * Keeps a new one.
     *
     * @throws UncheckedIOException when it cannot be kept
     */
    @NonNull
    synchronized Taken add(K event) {
        if (events.containsKey(event.id()) || events.values().stream().anyMatch(event::isSame)) {
            return Taken.KNOWN;
        }
        if (!event.happened().isAfter(horizon())) {
            return Taken.TOO_OLD;
        }
        notes.put(event.id(), event);
        events.put(event.id(), event);
        forget();
        return Taken.NEW;
    }

    /** Whether another one is the same as this has become. */
    synchronized boolean isKnown(K event) {
        return events.values().stream().anyMatch(other -> !other.id().equals(event.id()) && event.isSame(other));
    }

    /** Changes one, if it is still there. */
    synchronized void change(String id, UnaryOperator<K> change) {
        K before = events.get(id);
        if (before == null) {
            return;
        }
        K after = change.apply(before);
        if (!after.equals(before)) {
            notes.put(id, after);
            events.put(id, after);
        }
    }

    @NonNull
    synchronized Optional<K> get(String id) {
        return Optional.ofNullable(events.get(id));
    }

    /** In the order in which they came. */
    @NonNull
    synchronized List<K> all() {
        return List.copyOf(events.values());
    }

    /** Before it, an event may be forgotten: whatever was forgotten happened before it was received, and that was before this. */
    private Instant horizon() {
        Instant oldest = clock.instant().minus(Duration.ofDays(DAYS));
        List<Instant> ended = events.values().stream()
                .filter(KeptEvent::isEnded)
                .map(KeptEvent::receivedAt)
                .toList();
        if (ended.size() < most) {
            return oldest;
        }
        Instant counted = ended.get(ended.size() - most);
        return counted.isAfter(oldest) ? counted : oldest;
    }

    private void forget() {
        Instant horizon = horizon();
        for (K event : all()) {
            if (event.isEnded() && event.receivedAt().isBefore(horizon)) {
                notes.remove(event.id());
                events.remove(event.id());
            }
        }
    }
}
