package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.KeyTable;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One pull of a manifest: what is not in the cache is downloaded and verified there, then the directory is staged from the
 * cache and appears at once. A failure on the way leaves the target as it was, and in the cache what a repeat goes on with.
 */
final class DatasetPull {

    private final ObjectStore store;
    private final DatasetCache cache;
    private final DatasetPolicy policy;
    private final PullOptions options;
    private final ProgressListener progress;

    DatasetPull(
            ObjectStore store,
            DatasetCache cache,
            DatasetPolicy policy,
            PullOptions options,
            ProgressListener progress) {
        this.store = store;
        this.cache = cache;
        this.policy = policy;
        this.options = options;
        this.progress = progress;
    }

    /**
     * @param learnt the manifest, and what was downloaded already to learn it
     * @param start {@link System#nanoTime} when the work began
     */
    PullResult run(PrefixSource.Learnt learnt, Path into, long start) throws IOException {
        Manifest manifest = learnt.manifest();
        List<Manifest.Entry> entries = options.selection().of(manifest.entries());
        if (entries.isEmpty() && !options.selection().isAll()) {
            throw MlopsException.usage("No file of the dataset matches the selection "
                    + options.selection().include());
        }
        requireAllowed(manifest, entries);
        PullMarker marker = new PullMarker(
                PullMarker.SCHEMA, manifest.content(), manifest.source().id(), options.selection());
        PullTarget target = PullTarget.at(into, cache);
        target.requireNameable(entries);
        AtomicLong files = new AtomicLong(learnt.downloadedFiles());
        AtomicLong bytes = new AtomicLong(learnt.downloadedBytes());
        cache.holding("target " + target.path(), () -> {
            boolean there = new PulledDirectory(target.path()).holds(marker, entries);
            if (!there) {
                target.requireReplaceable(options.force());
            }
            if (!there || options.term() != null) {
                cache.hold(entries);
            }
            if (!there) {
                download(manifest, entries, files, bytes);
                target.stage(
                        cache,
                        manifest,
                        marker,
                        entries,
                        options,
                        new ProgressCount(progress, "placing", entries.size(), size(entries)));
                target.appear();
            }
            return null;
        });
        return new PullResult(
                manifest.version(),
                manifest,
                entries.size(),
                size(entries),
                files.get(),
                bytes.get(),
                Duration.ofNanos(System.nanoTime() - start));
    }

    /** What is forbidden does not stay in the cache either. */
    private void requireAllowed(Manifest manifest, List<Manifest.Entry> entries) throws IOException {
        try {
            policy.check(manifest, entries);
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.REFUSED) {
                for (Digest file : policy.forbidden(manifest)) {
                    cache.purge(file);
                }
            }
            throw e;
        }
    }

    private void download(Manifest manifest, List<Manifest.Entry> entries, AtomicLong files, AtomicLong bytes)
            throws IOException {
        List<Manifest.Entry> missing = missing(manifest, entries);
        if (missing.isEmpty()) {
            return;
        }
        requireSpace(size(missing));
        if (store.isSignedElsewhere()) {
            expect(manifest, missing);
        }
        ProgressCount count = new ProgressCount(progress, "downloading", missing.size(), size(missing));
        new Workers("The pull of " + manifest.name(), options.jobs(), store::cancel)
                .forEach(inOrder(missing), entry -> {
                    ObjectPin pin = manifest.pin(entry);
                    DatasetCache.Fetched fetched =
                            cache.fetch(store, pin, entry.sha256(), entry.size(), arrived -> count.add(0, arrived));
                    if (fetched.downloadedBytes() > 0 || entry.size() == 0) {
                        files.incrementAndGet();
                        bytes.addAndGet(fetched.downloadedBytes());
                    }
                    count.add(1, 0);
                });
    }

    /** What the cache does not have, each file once. */
    private List<Manifest.Entry> missing(Manifest manifest, List<Manifest.Entry> entries) throws IOException {
        KeyTable seen = new KeyTable();
        try (PackedEntries.Builder missing = new PackedEntries.Builder()) {
            for (Manifest.Entry entry : entries) {
                if (seen.putIfAbsent(entry.sha256(), 0) < 0 && !cache.has(entry.sha256(), entry.size())) {
                    if (manifest.pin(entry) == null) {
                        throw MlopsException.usage("The manifest names no object for '" + entry.path()
                                + "', and the cache does not have it: pull a published manifest");
                    }
                    missing.add(entry);
                }
            }
            return missing.finish();
        }
    }

    /** Who signs was told the order of the manifest. */
    private Iterator<Manifest.Entry> inOrder(List<Manifest.Entry> missing) {
        return store.isSignedElsewhere() ? missing.iterator() : new LargestFirst(missing.iterator());
    }

    /** Who signs knows the objects by their place in the manifest, of which the missing ones are a part in the same order. */
    private void expect(Manifest manifest, List<Manifest.Entry> missing) {
        int[] numbers = new int[missing.size()];
        Iterator<Manifest.Entry> next = missing.iterator();
        Manifest.Entry wanted = next.next();
        int found = 0;
        int number = 0;
        for (Manifest.Entry entry : manifest.entries()) {
            if (wanted != null && entry.equals(wanted)) {
                numbers[found++] = number;
                wanted = next.hasNext() ? next.next() : null;
            }
            number++;
        }
        store.expect(new Pins(manifest, missing), numbers);
    }

    /** The states of the objects behind some entries, made when they are asked for. */
    private static final class Pins extends AbstractList<ObjectPin> {
        private final Manifest manifest;
        private final List<Manifest.Entry> entries;

        Pins(Manifest manifest, List<Manifest.Entry> entries) {
            this.manifest = manifest;
            this.entries = entries;
        }

        @Override
        public ObjectPin get(int index) {
            return manifest.pin(entries.get(index));
        }

        @Override
        public int size() {
            return entries.size();
        }
    }

    private void requireSpace(long needed) throws IOException {
        Files.createDirectories(cache.directory());
        FileStore disk = Files.getFileStore(cache.directory());
        if (needed > disk.getUsableSpace()) {
            throw MlopsException.failed("The pull needs " + needed + " bytes in the cache " + cache.directory()
                    + ", where " + disk.getUsableSpace() + " are free: free some, or choose another cache");
        }
    }

    static long size(List<Manifest.Entry> entries) {
        return entries.stream().mapToLong(Manifest.Entry::size).sum();
    }
}
