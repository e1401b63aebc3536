package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Turns what lies below a prefix into a manifest: listed, every object pinned by its ETag, digests taken from the last known
 * manifest where the object still has the same state, else by reading the object; then the source id is bound to the
 * content id.
 */
final class PrefixSource {

    private final ObjectStore store;
    private final DatasetCache cache;

    PrefixSource(ObjectStore store, DatasetCache cache) {
        this.store = store;
        this.cache = cache;
    }

    /** A manifest, and what it took to learn the digests. */
    record Learnt(Manifest manifest, long downloadedFiles, long downloadedBytes) {}

    /** How an unknown digest is learnt; returns it and the bytes that moved. */
    @FunctionalInterface
    private interface Reader {
        DatasetCache.Fetched read(PrefixListing.File file, ProgressCount progress) throws IOException;
    }

    DatasetVersion resolve(Prefix from) throws IOException {
        PrefixScan scan = PrefixScan.of(store, from);
        return new DatasetVersion(
                scan.name(),
                cache.bound(scan.sourceId()).orElse(null),
                scan.sourceId(),
                scan.prefix().toString(),
                scan.files(),
                scan.bytes());
    }

    /** Reads unknown objects into the cache. */
    Learnt pullable(PrefixListing listing, PullOptions options, ProgressListener progress) throws IOException {
        options.requireExpected(listing.prefix().toString(), listing.sourceId());
        return learn(
                listing,
                options.jobs(),
                progress,
                (file, count) -> cache.fetch(store, file.pin(), file.object().size(), bytes -> count.add(0, bytes)));
    }

    /** Reads unknown objects and keeps none. */
    Manifest snapshot(Prefix from, int jobs, ProgressListener progress) throws IOException {
        return learn(PrefixListing.of(store, from), jobs, progress, (file, count) -> {
                    DigestSink sink = new DigestSink(count);
                    store.downloadUnknown(file.pin(), file.object().size(), sink);
                    return new DatasetCache.Fetched(sink.digest(), file.object().size());
                })
                .manifest();
    }

    private Learnt learn(PrefixListing listing, int jobs, ProgressListener progress, Reader reader) throws IOException {
        Prefix prefix = listing.prefix();
        String place = store.endpoint() + " " + prefix.uri() + (prefix.isPast() ? " versions" : "");
        Map<String, Manifest.Entry> known = new HashMap<>();
        cache.knownPrefix(place)
                .ifPresent(manifest -> manifest.entries().forEach(entry -> known.put(state(entry), entry)));
        Map<String, Digest> digests = new ConcurrentHashMap<>();
        List<PrefixListing.File> unknown = new ArrayList<>();
        for (PrefixListing.File file : listing.files()) {
            Manifest.Entry before = known.get(state(entry(file, Digest.of(""))));
            if (before == null) {
                unknown.add(file);
            } else {
                digests.put(file.path(), before.sha256());
            }
        }
        if (store.isSignedElsewhere()) {
            store.expect(
                    unknown.stream().map(PrefixListing.File::pin).toList(),
                    unknown.stream().mapToInt(PrefixListing.File::number).toArray());
        }
        AtomicLong downloaded = new AtomicLong();
        ProgressCount count = new ProgressCount(
                progress,
                "reading " + prefix,
                unknown.size(),
                unknown.stream().mapToLong(file -> file.object().size()).sum());
        new Workers("Reading " + prefix, jobs, store::cancel).forEach(unknown, file -> {
            DatasetCache.Fetched fetched = reader.read(file, count);
            digests.put(file.path(), fetched.sha256());
            downloaded.addAndGet(fetched.downloadedBytes());
            count.add(1, 0);
        });
        List<Manifest.Entry> entries = listing.files().stream()
                .map(file -> entry(file, digests.get(file.path())))
                .toList();
        Manifest manifest = Manifest.of(
                listing.name(),
                new Manifest.Source(listing.sourceId(), prefix.uri().toString()),
                prefix.uri().bucket(),
                entries);
        cache.bind(listing.sourceId(), manifest.content());
        if (!unknown.isEmpty() || known.size() != entries.size()) {
            cache.rememberPrefix(place, manifest);
        }
        return new Learnt(manifest, unknown.size(), downloaded.get());
    }

    /**
     * What is wrong when an object's bytes are not those that were once read from an object in the same state.
     */
    static MlopsException alarm(CorruptObjectException e) {
        return new MlopsException(
                MlopsException.Kind.REFUSED,
                "Alarm: a store changed bytes without changing the ETag and size that identify them, so a source id stands"
                        + " for two contents: " + e.getMessage(),
                e);
    }

    private static Manifest.Entry entry(PrefixListing.File file, Digest sha256) {
        return new Manifest.Entry(
                file.path(),
                file.object().size(),
                sha256,
                file.object().location().key(),
                file.object().versionId(),
                file.object().etag(),
                null);
    }

    private static String state(Manifest.Entry entry) {
        return entry.size() + " " + entry.versionId() + " " + entry.etag() + " " + entry.key();
    }
}
