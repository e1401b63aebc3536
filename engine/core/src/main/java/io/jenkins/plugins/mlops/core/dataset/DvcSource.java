package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.dvc.DvcHash;
import io.jenkins.plugins.mlops.core.dvc.DvcHashed;
import io.jenkins.plugins.mlops.core.dvc.DvcOutput;
import io.jenkins.plugins.mlops.core.dvc.DvcRepository;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Turns an output of DVC into a manifest: its files are those that DVC wrote down, every one is looked for before any is read, and what is
 * read is compared with DVC's own hash, which {@code dvc pull} does not do. Digests of files that were read before come from
 * the last manifest of the output.
 */
final class DvcSource {

    /** Longest list of a directory, which has about 100 bytes a file. */
    private static final int MAX_LIST = 1 << 30;

    private final ObjectStore store;
    private final DatasetCache cache;

    DvcSource(ObjectStore store, DatasetCache cache) {
        this.store = store;
        this.cache = cache;
    }

    /** Reads the files of DVC, and the list of a directory only where they do not say its size or a part of it is wanted. */
    DatasetVersion resolve(DatasetReference reference) throws IOException {
        DvcOutput output = output(reference);
        String sourceId = sourceId(output);
        long files = output.count();
        long bytes = output.size();
        if (output.oid() == null || !output.wanted().isEmpty() || output.hasDirectoryObject() && files < 0) {
            List<DvcHashed> hashed = files(output);
            files = hashed.size();
            bytes = bytes(hashed, output);
        }
        return new DatasetVersion(
                DatasetNames.of(output.name(), "dvc"),
                cache.bound(sourceId).orElse(null),
                sourceId,
                output.uri(),
                output.hasDirectoryObject() || output.oid() == null ? files : 1,
                Math.max(0, bytes));
    }

    /** Of a part, DVC's lists say no sizes. */
    private static long bytes(List<DvcHashed> files, DvcOutput output) {
        if (files.stream().allMatch(file -> file.size() >= 0)) {
            return files.stream().mapToLong(DvcHashed::size).sum();
        }
        return output.wanted().isEmpty() ? output.size() : 0;
    }

    /** How an unknown file is read; returns its digest and the bytes that moved. */
    @FunctionalInterface
    private interface Reader {
        DatasetCache.Fetched read(ObjectPin pin, long size, ContentCheck check, ProgressCount progress)
                throws IOException;
    }

    /** Reads what the cache does not know into it. */
    PrefixSource.Learnt pullable(DatasetReference reference, PullOptions options, ProgressListener progress)
            throws IOException {
        DvcOutput output = output(reference);
        options.requireExpected(reference.toString(), sourceId(output));
        return learn(
                output,
                options.jobs(),
                progress,
                (pin, size, check, count) -> cache.fetch(store, pin, size, check, bytes -> count.add(0, bytes)),
                true);
    }

    /** Reads unknown files and keeps none. */
    Manifest snapshot(DatasetReference reference, int jobs, ProgressListener progress) throws IOException {
        return learn(
                        output(reference),
                        jobs,
                        progress,
                        (pin, size, check, count) -> {
                            DigestSink sink = new DigestSink(count, check);
                            store.download(pin, size, sink);
                            String difference = check == null ? null : check.difference();
                            if (difference != null) {
                                throw DatasetCache.corrupt(pin, check, difference);
                            }
                            return new DatasetCache.Fetched(sink.digest(), size);
                        },
                        false)
                .manifest();
    }

    private DvcOutput output(DatasetReference reference) throws IOException {
        try (DvcRepository repository = DvcRepository.open(Path.of(reference.repo()), reference.rev())) {
            return repository.output(reference.dvc(), store.endpoint());
        }
    }

    /** The files, checked as paths. */
    private List<DvcHashed> files(DvcOutput output) {
        List<DvcHashed> files = new ArrayList<>(
                output.oid() == null
                        ? output.files()
                        : output.hasDirectoryObject() ? output.files(list(output)) : List.of(output.file()));
        files.forEach(file -> TreePath.check(file.path()));
        files.sort(Comparator.comparing(DvcHashed::path, TreePath.ORDER));
        PathClashes clashes = new PathClashes();
        files.forEach(file -> clashes.add(file.path()));
        return files;
    }

    private byte[] list(DvcOutput output) {
        S3Uri object = output.directoryObject();
        if (store.stat(object).isEmpty()) {
            throw MlopsException.failed(
                    "The list of the files of " + output.path() + " is missing in the store: " + object
                            + ", named by " + named(output)
                            + "; nothing can be told of its files: push it from a clone that has it"
                            + " ('dvc push')");
        }
        return store.read(object, MAX_LIST);
    }

    /** @param keep whether files that the cache knows, but does not have any more, are to be read */
    private PrefixSource.Learnt learn(
            DvcOutput output, int jobs, ProgressListener progress, Reader reader, boolean keep) throws IOException {
        List<DvcHashed> files = files(output);
        String place = "dvc " + store.endpoint() + " " + output.place() + " " + output.path() + " " + output.wanted();
        Map<String, Digest> known = new HashMap<>();
        Map<String, Long> sizes = new ConcurrentHashMap<>();
        cache.knownPrefix(place)
                .ifPresent(manifest -> manifest.entries().forEach(entry -> {
                    String state = state(manifest.pin(entry));
                    known.put(state, entry.sha256());
                    sizes.put(state, entry.size());
                }));
        Map<String, DvcHashed> unknown = new LinkedHashMap<>();
        for (DvcHashed file : files) {
            Digest digest = known.get(state(file));
            if (digest == null || keep && !cache.has(digest, sizes.get(state(file)))) {
                unknown.putIfAbsent(file.location() == null ? file.path() : state(file), file);
            }
        }
        Map<S3Uri, StoredObject> found =
                new DvcObjects(store, jobs).require(List.copyOf(unknown.values()), output, named(output));
        unknown.values().forEach(file -> sizes.put(state(file), size(file, found)));
        Map<String, Digest> digests = new ConcurrentHashMap<>(known);
        AtomicLong downloaded = new AtomicLong();
        AtomicLong downloadedFiles = new AtomicLong();
        ProgressCount count = new ProgressCount(
                progress,
                "reading " + output.path(),
                unknown.size(),
                unknown.values().stream()
                        .mapToLong(file -> sizes.get(state(file)))
                        .sum());
        new Workers("Reading " + output.path(), jobs, store::cancel).forEach(List.copyOf(unknown.values()), file -> {
            DatasetCache.Fetched fetched = read(reader, file, found, sizes.get(state(file)), count);
            digests.put(state(file), fetched.sha256());
            downloaded.addAndGet(fetched.downloadedBytes());
            downloadedFiles.addAndGet(fetched.downloadedBytes() > 0 ? 1 : 0);
            count.add(1, 0);
        });
        List<Manifest.Entry> entries = files.stream()
                .map(file -> new Manifest.Entry(
                        file.path(),
                        sizes.get(state(file)),
                        digests.get(state(file)),
                        file.location().key(),
                        file.versionId(),
                        file.versionId() == null ? file.etag() : null,
                        null,
                        file.location().bucket()))
                .toList();
        Manifest manifest = Manifest.of(
                DatasetNames.of(output.name(), "dvc"), new Manifest.Source(sourceId(output), output.uri()), entries);
        cache.bind(sourceId(output), manifest.content());
        cache.rememberPrefix(place, manifest);
        return new PrefixSource.Learnt(manifest, downloadedFiles.get(), downloaded.get());
    }

    private static DatasetCache.Fetched read(
            Reader reader, DvcHashed file, Map<S3Uri, StoredObject> found, long size, ProgressCount count)
            throws IOException {
        StoredObject object = found.get(file.location());
        String etag =
                file.versionId() != null ? null : file.etag() != null || object == null ? file.etag() : object.etag();
        return reader.read(
                new ObjectPin(file.location(), etag, file.versionId()),
                size,
                file.md5() == null ? null : new Md5Check(file.md5(), file.hash()),
                count);
    }

    private static long size(DvcHashed file, Map<S3Uri, StoredObject> found) {
        StoredObject object = file.versionId() == null ? found.get(file.location()) : null;
        if (object != null) {
            return object.size();
        }
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

    private static String named(DvcOutput output) {
        return output.origin() + (output.commit() == null ? "" : " at " + output.commit());
    }

    /**
     * DVC's own hash of the output, with the name of a file or of the part, which the content id depends on too; of files that DVC lists
     * itself, a digest over that list. Specified in {@code docs/dataset-identity.md}.
     */
    private static String sourceId(DvcOutput output) {
        String part = output.wanted().isEmpty() ? "" : "/" + output.wanted();
        if (output.oid() != null) {
            return (output.hash() == DvcHash.MD5 ? "dvc:md5:" : "dvc:md5-dos2unix:")
                    + output.oid()
                    + (output.hasDirectoryObject() ? part : "/" + output.name());
        }
        MessageDigest sha256 = Digest.newSha256();
        sha256.update("mlops-dvc-files/1\n".getBytes(StandardCharsets.UTF_8));
        output.listed().stream()
                .sorted(Comparator.comparing(DvcHashed::path, TreePath.ORDER))
                .forEach(file -> sha256.update(
                        (file.size() + " " + stateOf(file) + " " + file.location() + "\n" + file.path() + "\n")
                                .getBytes(StandardCharsets.UTF_8)));
        return "dvc:files:" + Digest.finish(sha256) + part;
    }

    private static String stateOf(DvcHashed file) {
        return file.versionId() != null ? file.versionId() : file.etag() != null ? file.etag() : file.md5();
    }
}
