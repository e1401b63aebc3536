package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One publication: every file is read once, its bytes sent unless the store has them under their digest, and when all are
 * there the manifest is written, last and only if it is not there already. A publication that breaks off leaves blobs that
 * the next one finds, never a manifest.
 */
final class DatasetPublication {

    private final ObjectStore store;
    private final String name;
    private final S3Uri to;
    private final DatasetPolicy policy;
    private final PublishOptions options;
    private final ProgressListener progress;

    private final Map<String, LocalFile> read = new ConcurrentHashMap<>();
    private final Set<Digest> claimed = ConcurrentHashMap.newKeySet();

    DatasetPublication(
            ObjectStore store,
            String name,
            S3Uri to,
            DatasetPolicy policy,
            PublishOptions options,
            ProgressListener progress) {
        this.store = store;
        this.name = Manifest.requireName(name);
        this.to = to;
        this.policy = policy;
        this.options = options;
        this.progress = progress;
    }

    /** Sends the files, then the manifest. */
    PublishResult run(Path directory) throws IOException {
        PublishResult result = upload(directory);
        writeLast(result.manifest(), result.location());
        return result;
    }

    /** Sends the files only. */
    PublishResult upload(Path directory) throws IOException {
        long start = System.nanoTime();
        Map<String, Path> files = new PublishableFiles(directory, options.links()).find();
        if (files.isEmpty()) {
            throw MlopsException.usage("The directory " + directory + " has no files to publish");
        }
        ProgressCount uploaded = new ProgressCount(ProgressListener.NONE, "", -1, -1);
        ProgressCount done = new ProgressCount(progress, "publishing", files.size(), -1);
        new Workers("Publishing " + name, options.jobs(), store::cancel)
                .forEach(List.copyOf(files.entrySet()), file -> {
                    LocalFile local = LocalFile.read(file.getValue());
                    policy.checkFile(file.getKey(), local.sha256());
                    if (send(local)) {
                        uploaded.add(1, local.size());
                    }
                    local.requireUnchanged();
                    read.put(file.getKey(), local);
                    done.add(1, local.size());
                });
        for (LocalFile local : read.values()) {
            local.requireUnchanged();
        }
        Manifest manifest = manifest();
        S3Uri location = S3Uri.parse(manifest.source().uri());
        return new PublishResult(
                manifest, location, uploaded.files(), uploaded.bytes(), Duration.ofNanos(System.nanoTime() - start));
    }

    private boolean send(LocalFile file) {
        if (!claimed.add(file.sha256())) {
            return false;
        }
        S3Uri blob = to.resolve(blobKey(file.sha256()));
        Optional<StoredObject> present = store.stat(blob);
        if (present.isPresent() && present.get().size() == file.size()) {
            return false;
        }
        store.put(blob, file);
        return true;
    }

    private Manifest manifest() {
        List<Manifest.Entry> entries = read.entrySet().stream()
                .map(file -> new Manifest.Entry(
                        file.getKey(),
                        file.getValue().size(),
                        file.getValue().sha256(),
                        to.resolve(blobKey(file.getValue().sha256())).key(),
                        null,
                        null,
                        options.groups().group(file.getKey())))
                .sorted((a, b) -> TreePath.ORDER.compare(a.path(), b.path()))
                .toList();
        Digest content = TreeSummary.of(entries).content();
        S3Uri location = location(to, name, content);
        return Manifest.of(
                name, new Manifest.Source(SourceIds.ofManifest(content), location.toString()), to.bucket(), entries);
    }

    private static S3Uri location(S3Uri to, String name, Digest content) {
        return to.resolve(name + "/manifests/" + content.hex() + ".json");
    }

    /** As {@link Datasets#completePublication}. */
    static ManifestScan complete(ObjectStore store, Path file, String name, S3Uri to) throws IOException {
        ManifestScan scan = ManifestScan.read(file, "The manifest of " + name, entry -> {
            if (!to.resolve(blobKey(entry.sha256())).key().equals(entry.key()) || entry.versionId() != null) {
                throw MlopsException.refused("The manifest of " + name + " says that '" + entry.path() + "' lies at "
                        + entry.key() + ", which is not where publications to " + to + " put it");
            }
        });
        S3Uri location = location(to, name, scan.version().contentId());
        if (!scan.version().name().equals(name)
                || !to.bucket().equals(scan.bucket())
                || !scan.version().source().equals(location.toString())
                || !scan.version()
                        .sourceId()
                        .equals(SourceIds.ofManifest(scan.version().contentId()))) {
            throw MlopsException.refused("The manifest of " + name + " names another place or dataset than " + location
                    + ": " + scan.version());
        }
        new ManifestPublication(store, to).write(file, scan, location);
        return scan;
    }

    private void writeLast(Manifest manifest, S3Uri location) throws IOException {
        if (!new ManifestPublication(store, to).write(manifest, location)) {
            requireSameGroups(manifest, location);
        }
    }

    /** Groups are not part of the content id, and a manifest never changes. */
    private void requireSameGroups(Manifest manifest, S3Uri location) throws IOException {
        if (options.groups().equals(GroupRule.NONE)) {
            return;
        }
        Iterator<Manifest.Entry> ours = manifest.entries().iterator();
        for (Manifest.Entry there : new StoredManifest(store, location).read().entries()) {
            String group = ours.next().group();
            if (!Objects.equals(there.group(), group)) {
                throw MlopsException.usage("The version is there already at " + location + ", where '" + there.path()
                        + "' is in group " + there.group() + " and not in " + group
                        + ": a manifest does not change, publish it under another --name or --to");
            }
        }
    }

    /** The key of a file's bytes, from the place of publication on. */
    static String blobKey(Digest sha256) {
        return "blobs/sha256/" + sha256.hex().substring(0, 2) + "/" + sha256.hex();
    }
}
