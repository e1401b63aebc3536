package io.jenkins.plugins.mlops.core.dataset;

import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/**
 * Entries in another order: always the largest of the next some thousand, so that a large file does not begin when all others are done,
 * and memory does not grow with their number. Not thread-safe.
 */
final class LargestFirst implements Iterator<Manifest.Entry> {

    private static final int WINDOW = 10_000;

    private final Iterator<Manifest.Entry> entries;
    private final PriorityQueue<Manifest.Entry> window = new PriorityQueue<>(
            Comparator.comparingLong(Manifest.Entry::size).reversed().thenComparing(Manifest.Entry::path));

    LargestFirst(Iterator<Manifest.Entry> entries) {
        this.entries = entries;
    }

    @Override
    public boolean hasNext() {
        return !window.isEmpty() || entries.hasNext();
    }

    @Override
    public Manifest.Entry next() {
        while (window.size() < WINDOW && entries.hasNext()) {
            window.add(entries.next());
        }
        Manifest.Entry largest = window.poll();
        if (largest == null) {
            throw new NoSuchElementException();
        }
        return largest;
    }
}
