package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.dvc.DvcHashed;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Turns a listing of DVC into a manifest: every file is looked for before any is read, and what is read is compared with DVC's own
 * hash, which {@code dvc pull} does not do. Digests of files that were read before come from the last manifest of the output.
 */
final class DvcFiles {

    private final ObjectStore store;
    private final DatasetCache cache;

    DvcFiles(ObjectStore store, DatasetCache cache) {
        this.store = store;
        this.cache = cache;
    }

    /** How an unknown file is read; returns its digest and the bytes that moved. */
    @FunctionalInterface
    private interface Reader {
        DatasetCache.Fetched read(ObjectPin pin, long size, ContentCheck check, ProgressCount progress)
                throws IOException;
    }

    /**
     * Looks for every object.
     *
     * @throws MlopsException of kind FAILED that lists every file that is not there
     */
    DvcListing pinned(DvcListing listing, int jobs) {
        return listing.pinned(pinned(listing.files(), listing, jobs));
    }

    private List<DvcHashed> pinned(List<DvcHashed> files, DvcListing listing, int jobs) {
        Map<S3Uri, StoredObject> found = new DvcObjects(store, jobs).require(files, listing.path(), listing.namedBy());
        return files.stream()
                .map(file -> pinned(file, found.get(file.location())))
                .toList();
    }

    /** The state of an object whose name is made of DVC's hash need not be known: the hash says what its bytes are. */
    static DvcHashed pinned(DvcHashed file, StoredObject object) {
        boolean now = file.versionId() == null && object != null;
        return new DvcHashed(
                file.path(),
                file.md5(),
                file.hash(),
                file.location(),
                now && file.etag() == null && file.md5() == null ? object.etag() : file.etag(),
                file.versionId(),
                now ? object.size() : requireSize(file));
    }

    /** Reads what the cache does not know into it; before, it looks whether the target may be replaced. */
    PrefixSource.Learnt pullable(DvcListing listing, PullTarget target, PullOptions options, ProgressListener progress)
            throws IOException {
        options.requireExpected(listing.source().uri(), listing.source().id());
        return learn(
                listing,
                options.jobs(),
                progress,
                (pin, size, check, count) -> {
                    target.requireReplaceableOnce(options.force());
                    return cache.fetch(store, pin, size, check, bytes -> count.add(0, bytes));
                },
                true);
    }

    /** Reads unknown files and keeps none. */
    Manifest snapshot(DvcListing listing, int jobs, ProgressListener progress) throws IOException {
        return learn(
                        listing,
                        jobs,
                        progress,
                        (pin, size, check, count) -> {
                            DigestSink sink = new DigestSink(count, check);
                            if (check == null) {
                                store.downloadUnknown(pin, size, sink);
                            } else {
                                store.download(pin, size, sink);
                            }
                            String difference = check == null ? null : check.difference();
                            if (difference != null) {
                                throw DatasetCache.corrupt(pin, check, difference);
                            }
                            return new DatasetCache.Fetched(sink.digest(), size);
                        },
                        false)
                .manifest();
    }

    /** @param keep whether files that the cache knows, but does not have any more, are to be read */
    private PrefixSource.Learnt learn(
            DvcListing listing, int jobs, ProgressListener progress, Reader reader, boolean keep) throws IOException {
        String place = "dvc " + store.endpoint() + " " + listing.output();
        Map<String, Learnt> learnt = new ConcurrentHashMap<>();
        cache.knownPrefix(place)
                .ifPresent(manifest -> manifest.entries()
                        .forEach(entry ->
                                learnt.put(state(manifest.pin(entry)), new Learnt(entry.sha256(), entry.size()))));
        Map<String, DvcHashed> unknown = new LinkedHashMap<>();
        for (DvcHashed file : listing.files()) {
            Learnt known = learnt.get(state(file));
            if (known == null || keep && !cache.has(known.sha256(), known.size())) {
                unknown.putIfAbsent(file.location() == null ? file.path() : state(file), file);
            }
        }
        List<DvcHashed> missing =
                listing.pinned() ? List.copyOf(unknown.values()) : pinned(List.copyOf(unknown.values()), listing, jobs);
        if (store.isSignedElsewhere()) {
            expect(missing, listing);
        }
        AtomicLong downloaded = new AtomicLong();
        AtomicLong downloadedFiles = new AtomicLong();
        ProgressCount count = new ProgressCount(
                progress,
                "reading " + listing.path(),
                missing.size(),
                missing.stream().mapToLong(DvcHashed::size).sum());
        new Workers("Reading " + listing.path(), jobs, store::cancel).forEach(missing, file -> {
            DatasetCache.Fetched fetched = reader.read(
                    DvcListing.pin(file),
                    file.size(),
                    file.md5() == null ? null : new Md5Check(file.md5(), file.hash()),
                    count);
            learnt.put(state(file), new Learnt(fetched.sha256(), file.size()));
            downloaded.addAndGet(fetched.downloadedBytes());
            downloadedFiles.addAndGet(fetched.downloadedBytes() > 0 ? 1 : 0);
            count.add(1, 0);
        });
        Manifest manifest = Manifest.of(
                listing.name(),
                listing.source(),
                listing.files().stream()
                        .map(file -> entry(file, learnt.get(state(file))))
                        .toList());
        cache.bind(listing.source().id(), manifest.content());
        cache.rememberPrefix(place, manifest);
        return new PrefixSource.Learnt(manifest, downloadedFiles.get(), downloaded.get());
    }

    /** What was found out of a file by reading it. */
    private record Learnt(Digest sha256, long size) {}

    /** Who signs knows the objects by their place in the listing. */
    private void expect(List<DvcHashed> missing, DvcListing listing) {
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < listing.files().size(); i++) {
            numbers.putIfAbsent(state(listing.files().get(i)), i);
        }
        store.expect(
                missing.stream().map(DvcListing::pin).toList(),
                missing.stream().mapToInt(file -> numbers.get(state(file))).toArray());
    }

    private static Manifest.Entry entry(DvcHashed file, Learnt learnt) {
        ObjectPin pin = DvcListing.pin(file);
        return new Manifest.Entry(
                file.path(),
                learnt.size(),
                learnt.sha256(),
                pin.location().key(),
                pin.versionId(),
                pin.etag(),
                null,
                pin.location().bucket());
    }

    private static long requireSize(DvcHashed file) {
        if (file.size() < 0) {
            throw MlopsException.usage(
                    "DVC wrote down no size of " + file.path() + ": 'dvc update' or 'dvc push' writes it");
        }
        return file.size();
    }

    private static String state(DvcHashed file) {
        return file.location() + " " + file.versionId();
    }

    private static String state(ObjectPin pin) {
        return pin.location() + " " + pin.versionId();
    }
}
