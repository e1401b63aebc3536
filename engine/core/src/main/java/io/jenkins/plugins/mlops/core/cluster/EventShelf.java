package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.api.model.Event;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * A namespace's events by the object that they are about. Those about our objects stay when the cluster forgets them, which it does
 * after an hour; those about others only for as long as there is room, since an event may be seen before its object. Thread-safe.
 */
final class EventShelf {

    private static final int MAX_OBJECTS = 5_000;
    private static final int MAX_OF_ONE = 100;

    private final Predicate<String> ours;
    private final Map<String, Map<String, Event>> byObject = new ConcurrentHashMap<>();

    /** @param ours whether an object's uid is that of one of ours */
    EventShelf(Predicate<String> ours) {
        this.ours = ours;
    }

    /** The uid of the object that it is about; null for none. */
    String put(Event event) {
        String about = event.getInvolvedObject() == null
                ? null
                : event.getInvolvedObject().getUid();
        if (about == null) {
            return null;
        }
        if (byObject.size() >= MAX_OBJECTS && !byObject.containsKey(about)) {
            byObject.keySet().removeIf(uid -> !ours.test(uid));
        }
        event.getMetadata().setManagedFields(null);
        byObject.compute(about, (uid, before) -> {
            Map<String, Event> known = before == null ? new ConcurrentHashMap<>() : before;
            known.put(event.getMetadata().getUid(), event);
            if (known.size() > MAX_OF_ONE) {
                known.values().stream()
                        .min(Comparator.comparing(EventShelf::last))
                        .ifPresent(oldest -> known.remove(oldest.getMetadata().getUid()));
            }
            return known;
        });
        return about;
    }

    /** The cluster has forgotten it. */
    void gone(Event event) {
        String about = event.getInvolvedObject() == null
                ? null
                : event.getInvolvedObject().getUid();
        if (about != null && !ours.test(about)) {
            byObject.computeIfPresent(about, (uid, known) -> {
                known.remove(event.getMetadata().getUid());
                return known.isEmpty() ? null : known;
            });
        }
    }

    void drop(String about) {
        byObject.remove(about);
    }

    /** Those about some objects, oldest first. */
    List<Event> of(Set<String> uids) {
        return uids.stream()
                .map(uid -> byObject.getOrDefault(uid, Map.of()))
                .flatMap(known -> known.values().stream())
                .sorted(Comparator.comparing(EventShelf::last))
                .toList();
    }

    /** When it happened for the last time. */
    static Instant last(Event event) {
        String text = event.getLastTimestamp();
        if (event.getSeries() != null && event.getSeries().getLastObservedTime() != null) {
            text = event.getSeries().getLastObservedTime().getTime();
        } else if (text == null) {
            text = event.getEventTime() == null
                    ? event.getMetadata().getCreationTimestamp()
                    : event.getEventTime().getTime();
        }
        try {
            return text == null ? Instant.EPOCH : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }
}
