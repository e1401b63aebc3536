package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The merges in {@code mlops/merges} of Jenkins' home, a file each, on the disk before a call returns. The last {@value #MOST} are kept,
 * those that are not done in any case: what is among them is known when it comes again. Thread-safe.
 */
final class KeptMerges {

    /** How many are remembered. */
    static final int MOST = 2000;

    private final Notes<KeptMerge> notes = new Notes<>("merges", KeptMerge.class, "a merge");

    /** In the order in which they came. */
    private final Map<String, KeptMerge> merges = new LinkedHashMap<>();

    /** Reads what is there; a file that cannot be read is told in Jenkins' log and left alone. */
    synchronized void load() {
        merges.clear();
        notes.all().stream()
                .sorted(Comparator.comparing(KeptMerge::received))
                .forEach(merge -> merges.put(merge.id(), merge));
    }

    /**
     * Keeps a new one; false for one that is known, by what it is about or by its delivery.
     *
     * @throws UncheckedIOException when it cannot be kept
     */
    synchronized boolean add(KeptMerge merge) {
        boolean known = merges.containsKey(merge.id())
                || merges.values().stream()
                        .anyMatch(other -> !merge.delivery().isEmpty()
                                && other.delivery().equals(merge.delivery())
                                && other.server().equals(merge.server()));
        if (!known) {
            notes.put(merge.id(), merge);
            merges.put(merge.id(), merge);
            forget();
        }
        return !known;
    }

    /** Whether another one is about the same, now that its commit is known. */
    synchronized boolean isKnown(KeptMerge merge, MergeEvent event) {
        String identity = event.identity(merge.server());
        return merges.values().stream()
                .anyMatch(other -> !other.id().equals(merge.id())
                        && other.event().identity(other.server()).equals(identity));
    }

    /** Changes one, if it is still there. */
    synchronized void change(String id, UnaryOperator<KeptMerge> change) {
        KeptMerge before = merges.get(id);
        if (before == null) {
            return;
        }
        KeptMerge after = change.apply(before);
        if (!after.equals(before)) {
            notes.put(id, after);
            merges.put(id, after);
        }
    }

    @NonNull
    synchronized Optional<KeptMerge> get(String id) {
        return Optional.ofNullable(merges.get(id));
    }

    /** In the order in which they came. */
    @NonNull
    synchronized List<KeptMerge> all() {
        return List.copyOf(merges.values());
    }

    private void forget() {
        for (KeptMerge oldest : all()) {
            if (merges.size() <= MOST) {
                return;
            }
            if (oldest.isEnded()) {
                notes.remove(oldest.id());
                merges.remove(oldest.id());
            }
        }
    }
}
