package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Goes through a directory and a manifest side by side, both in {@link TreePath#ORDER}: every path that either has. What the file
 * system refuses is an {@link UncheckedIOException}. Not thread-safe.
 */
final class DirectoryComparison implements Iterator<DirectoryComparison.Pair> {

    private final DirectoryWalk here;
    private final Iterator<Manifest.Entry> entries;
    private DirectoryWalk.Found found;
    private Manifest.Entry entry;

    DirectoryComparison(Path directory, Iterator<Manifest.Entry> entries) throws IOException {
        this.here = new DirectoryWalk(directory);
        this.entries = entries;
        this.found = here.next();
        this.entry = nextEntry();
    }

    /**
     * What stands at one path.
     *
     * @param entry null when the manifest has none there
     * @param found null when nothing is there
     */
    record Pair(Manifest.Entry entry, DirectoryWalk.Found found) {}

    @Override
    public boolean hasNext() {
        return entry != null || found != null;
    }

    @Override
    public Pair next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        int order = entry == null ? 1 : found == null ? -1 : TreePath.ORDER.compare(entry.path(), found.path());
        Pair pair = new Pair(order > 0 ? null : entry, order < 0 ? null : found);
        if (order <= 0) {
            entry = nextEntry();
        }
        if (order >= 0) {
            found = nextFound();
        }
        return pair;
    }

    private DirectoryWalk.Found nextFound() {
        try {
            return here.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Manifest.Entry nextEntry() {
        return entries.hasNext() ? entries.next() : null;
    }
}
