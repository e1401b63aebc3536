package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Puts any number of entries into {@link TreePath#ORDER}: runs that fit into the heap are sorted there and merged. Not
 * thread-safe; to be closed.
 */
final class EntrySorter implements AutoCloseable {

    private static final int RUN = 50_000;

    private final int longest;
    private final List<Run> runs = new ArrayList<>();
    private final List<PackedEntries.Builder> builders = new ArrayList<>();
    private List<Numbered> open = new ArrayList<>();
    private int count;

    EntrySorter() {
        this(RUN);
    }

    /** @param longest run that is sorted in the heap */
    EntrySorter(int longest) {
        this.longest = longest;
    }

    /** @param number of the entry in the order in which it was added */
    private record Numbered(Manifest.Entry entry, int number) {}

    /** @param numbers of the entries, side by side */
    private record Run(List<Manifest.Entry> entries, int[] numbers) {}

    /**
     * All entries in order.
     *
     * @param numbers which place each had in the order in which they were added
     */
    record Sorted(List<Manifest.Entry> entries, int[] numbers) {}

    void add(Manifest.Entry entry) throws IOException {
        open.add(new Numbered(entry, count));
        count = Math.incrementExact(count);
        if (open.size() == longest) {
            endRun();
        }
    }

    private void endRun() throws IOException {
        open.sort(Comparator.comparing(numbered -> numbered.entry().path(), TreePath.ORDER));
        PackedEntries.Builder builder = new PackedEntries.Builder(0);
        builders.add(builder);
        int[] numbers = new int[open.size()];
        for (int i = 0; i < numbers.length; i++) {
            builder.add(open.get(i).entry());
            numbers[i] = open.get(i).number();
        }
        runs.add(new Run(builder.finish(), numbers));
        open = new ArrayList<>();
    }

    Sorted finish() throws IOException {
        if (runs.isEmpty()) {
            open.sort(Comparator.comparing(numbered -> numbered.entry().path(), TreePath.ORDER));
            return new Sorted(
                    open.stream().map(Numbered::entry).toList(),
                    open.stream().mapToInt(Numbered::number).toArray());
        }
        if (!open.isEmpty()) {
            endRun();
        }
        PriorityQueue<Head> heads =
                new PriorityQueue<>(Comparator.comparing(head -> head.entry.path(), TreePath.ORDER));
        for (Run run : runs) {
            heads.add(new Head(run));
        }
        int[] numbers = new int[count];
        try (PackedEntries.Builder sorted = new PackedEntries.Builder(0)) {
            for (int i = 0; i < count; i++) {
                Head first = heads.remove();
                sorted.add(first.entry);
                numbers[i] = first.number;
                if (first.next()) {
                    heads.add(first);
                }
            }
            return new Sorted(sorted.finish(), numbers);
        }
    }

    /** How far the merge has come in a run. */
    private static final class Head {
        private final Iterator<Manifest.Entry> entries;
        private final int[] numbers;
        private int place = -1;
        private Manifest.Entry entry;
        private int number;

        Head(Run run) {
            entries = run.entries().iterator();
            numbers = run.numbers();
            next();
        }

        boolean next() {
            if (!entries.hasNext()) {
                return false;
            }
            entry = entries.next();
            number = numbers[++place];
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        for (PackedEntries.Builder builder : builders) {
            builder.close();
        }
    }
}
