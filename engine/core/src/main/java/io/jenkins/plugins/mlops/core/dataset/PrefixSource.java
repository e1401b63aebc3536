package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

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
        DatasetCache.Fetched read(ObjectPin pin, long size, ProgressCount progress) throws IOException;
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

    /** Reads unknown objects into the cache; before, it looks whether the target may be replaced. */
    Learnt pullable(PrefixListing listing, PullTarget target, PullOptions options, ProgressListener progress)
            throws IOException {
        options.requireExpected(listing.prefix().toString(), listing.sourceId());
        return learn(listing, options.jobs(), progress, (pin, size, count) -> {
            target.requireReplaceableOnce(options.force());
            return cache.fetch(store, pin, size, bytes -> count.add(0, bytes));
        });
    }

    /** Reads unknown objects and keeps none. */
    Manifest snapshot(Prefix from, int jobs, ProgressListener progress) throws IOException {
        return learn(PrefixListing.of(store, from), jobs, progress, (pin, size, count) -> {
                    DigestSink sink = new DigestSink(count);
                    store.downloadUnknown(pin, size, sink);
                    return new DatasetCache.Fetched(sink.digest(), size);
                })
                .manifest();
    }

    private Learnt learn(PrefixListing listing, int jobs, ProgressListener progress, Reader reader) throws IOException {
        Prefix prefix = listing.prefix();
        String place = store.endpoint() + " " + prefix.uri() + (prefix.isPast() ? " versions" : "");
        List<Manifest.Entry> before =
                cache.knownPrefix(place).map(Manifest::entries).orElse(List.of());
        List<Manifest.Entry> files = withKnownDigests(listing.files(), before);
        Unknown unknown = new Unknown(listing, jobs, reader, count(files, prefix, progress));
        Manifest manifest = Manifest.of(
                listing.name(),
                new Manifest.Source(listing.sourceId(), prefix.uri().toString()),
                prefix.uri().bucket(),
                unknown.learn(files));
        cache.bind(listing.sourceId(), manifest.content());
        if (unknown.files > 0 || before.size() != files.size()) {
            cache.rememberPrefix(place, manifest);
        }
        return new Learnt(manifest, unknown.files, unknown.downloaded.get());
    }

    /** The files with the digests that objects in the same state had before; both lists are in the order of the paths. */
    private static List<Manifest.Entry> withKnownDigests(List<Manifest.Entry> files, List<Manifest.Entry> before)
            throws IOException {
        Iterator<Manifest.Entry> known = before.iterator();
        Manifest.Entry next = known.hasNext() ? known.next() : null;
        try (PackedEntries.Builder builder = new PackedEntries.Builder()) {
            for (Manifest.Entry file : files) {
                while (next != null && TreePath.ORDER.compare(next.path(), file.path()) < 0) {
                    next = known.hasNext() ? known.next() : null;
                }
                builder.add(next != null && state(next).equals(state(file)) ? withDigest(file, next.sha256()) : file);
            }
            return builder.finish();
        }
    }

    private static ProgressCount count(List<Manifest.Entry> files, Prefix prefix, ProgressListener progress) {
        long number = 0;
        long bytes = 0;
        for (Manifest.Entry file : files) {
            if (isUnknown(file)) {
                number++;
                bytes += file.size();
            }
        }
        return new ProgressCount(progress, "reading " + prefix, number, bytes);
    }

    private static boolean isUnknown(Manifest.Entry file) {
        return file.sha256().equals(PrefixListing.UNKNOWN);
    }

    private static Manifest.Entry withDigest(Manifest.Entry file, Digest sha256) {
        return new Manifest.Entry(
                file.path(), file.size(), sha256, file.key(), file.versionId(), file.etag(), file.group());
    }

    /** Files whose digests are learnt by reading them, so many at a time that they fit into the heap. */
    private final class Unknown {

        private static final int AT_A_TIME = 20_000;

        private final PrefixListing listing;
        private final int jobs;
        private final Reader reader;
        private final ProgressCount count;
        private final AtomicLong downloaded = new AtomicLong();
        private long files;

        Unknown(PrefixListing listing, int jobs, Reader reader, ProgressCount count) {
            this.listing = listing;
            this.jobs = jobs;
            this.reader = reader;
            this.count = count;
        }

        /** @param all in the order of the listing; returns them with all digests */
        List<Manifest.Entry> learn(List<Manifest.Entry> all) throws IOException {
            try (PackedEntries.Builder learnt = new PackedEntries.Builder()) {
                List<Manifest.Entry> some = new ArrayList<>();
                int first = 0;
                for (Iterator<Manifest.Entry> next = all.iterator(); next.hasNext(); ) {
                    some.add(next.next());
                    if (some.size() == AT_A_TIME || !next.hasNext()) {
                        for (Manifest.Entry file : learn(some, first)) {
                            learnt.add(file);
                        }
                        first += some.size();
                        some.clear();
                    }
                }
                return learnt.finish();
            }
        }

        private Manifest.Entry[] learn(List<Manifest.Entry> some, int first) {
            Manifest.Entry[] learnt = some.toArray(new Manifest.Entry[0]);
            List<Integer> places = IntStream.range(0, learnt.length)
                    .filter(place -> isUnknown(learnt[place]))
                    .boxed()
                    .toList();
            files += places.size();
            if (store.isSignedElsewhere()) {
                store.expect(
                        places.stream().map(place -> pin(learnt[place])).toList(),
                        places.stream()
                                .mapToInt(place -> listing.numbers()[first + place])
                                .toArray());
            }
            new Workers("Reading " + listing.prefix(), jobs, store::cancel).forEach(places, place -> {
                Manifest.Entry file = learnt[place];
                DatasetCache.Fetched fetched = reader.read(pin(file), file.size(), count);
                learnt[place] = withDigest(file, fetched.sha256());
                downloaded.addAndGet(fetched.downloadedBytes());
                count.add(1, 0);
            });
            return learnt;
        }

        private ObjectPin pin(Manifest.Entry file) {
            return file.pin(listing.prefix().uri().bucket());
        }
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

    private static String state(Manifest.Entry entry) {
        return entry.size() + " " + entry.versionId() + " " + entry.etag() + " " + entry.key();
    }
}
