package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.dvc.DvcHash;
import io.jenkins.plugins.mlops.core.dvc.DvcHashed;
import io.jenkins.plugins.mlops.core.dvc.DvcOutput;
import io.jenkins.plugins.mlops.core.dvc.DvcRepository;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads from a repository what DVC wrote down of an output: its files, their hashes, and where their objects lie. */
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

    /** All that is needed to read the files elsewhere; their objects are not looked for yet. */
    DvcListing listing(DatasetReference reference) throws IOException {
        DvcOutput output = output(reference);
        return new DvcListing(
                DvcListing.SCHEMA,
                DatasetNames.of(output.name(), "dvc"),
                new Manifest.Source(sourceId(output), output.uri()),
                output.place() + "#" + output.path() + " " + output.wanted(),
                output.path(),
                named(output),
                false,
                files(output));
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
