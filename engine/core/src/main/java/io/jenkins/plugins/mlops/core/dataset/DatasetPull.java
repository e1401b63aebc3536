package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
        List<Manifest.Entry> entries = PulledDirectory.selected(manifest, options.selection());
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
            target.requireReplaceable(options.force());
            if (!new PulledDirectory(target.path()).holds(marker, entries)) {
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
        List<Manifest.Entry> missing = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Manifest.Entry entry : entries) {
            if (seen.add(entry.sha256().hex()) && !cache.has(entry.sha256(), entry.size())) {
                missing.add(entry);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        for (Manifest.Entry entry : missing) {
            if (manifest.pin(entry) == null) {
                throw MlopsException.usage("The manifest names no object for '" + entry.path()
                        + "', and the cache does not have it: pull a published manifest");
            }
        }
        requireSpace(size(missing));
        if (store.isSignedElsewhere()) {
            expect(manifest, missing);
        }
        ProgressCount count = new ProgressCount(progress, "downloading", missing.size(), size(missing));
        new Workers("The pull of " + manifest.name(), options.jobs(), store::cancel).forEach(missing, entry -> {
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

    /** Who signs knows the objects by their place in the manifest, of which the missing ones are a part in the same order. */
    private void expect(Manifest manifest, List<Manifest.Entry> missing) {
        int[] numbers = new int[missing.size()];
        List<ObjectPin> pins = new ArrayList<>(missing.size());
        int number = 0;
        for (Manifest.Entry entry : manifest.entries()) {
            if (pins.size() < numbers.length && entry.equals(missing.get(pins.size()))) {
                numbers[pins.size()] = number;
                pins.add(manifest.pin(entry));
            }
            number++;
        }
        store.expect(pins, numbers);
    }

    private void requireSpace(long needed) throws IOException {
        Files.createDirectories(cache.directory());
        FileStore disk = Files.getFileStore(cache.directory());
        if (needed > disk.getUsableSpace()) {
            throw MlopsException.failed("The pull needs " + needed + " bytes in the cache " + cache.directory()
                    + ", where " + disk.getUsableSpace() + " are free: free some, or choose another cache");
        }
    }

    private static long size(List<Manifest.Entry> entries) {
        return entries.stream().mapToLong(Manifest.Entry::size).sum();
    }
}
