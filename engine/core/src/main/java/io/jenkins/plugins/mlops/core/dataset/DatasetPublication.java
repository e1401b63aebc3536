package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.file.FileState;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * One publication: every file is read once, or not at all when it looks as it did at an earlier publication; its bytes are sent unless
 * the store has them under their digest, large files last and in parts; and when all are there the manifest is written, last and only
 * if it is not there already. A publication that breaks off leaves blobs that the next one finds, never a manifest.
 */
final class DatasetPublication {

    /** What the keys of all files' bytes begin with, from the place of publication on. */
    static final String BLOBS = "blobs/sha256/";

    private final ObjectStore store;
    private final DatasetCache cache;
    private final String name;
    private final S3Uri to;
    private final DatasetPolicy policy;
    private final PublishOptions options;
    private final ProgressListener progress;
    private final BlobUploads blobs;
    private final long partSize;
    private final Clock clock;

    private final Map<String, Found> found = new ConcurrentHashMap<>();
    private final Set<Digest> claimed = ConcurrentHashMap.newKeySet();
    private volatile ListedBlobs listed = ListedBlobs.NONE;
    private final Queue<LocalFile> large = new ConcurrentLinkedQueue<>();
    private final ProgressCount uploaded = new ProgressCount(ProgressListener.NONE, "", -1, -1);

    /** A file, what it looked like, and what is in it. */
    private record Found(Path file, FileState state, Digest sha256) {}

    DatasetPublication(
            ObjectStore store,
            DatasetCache cache,
            String name,
            S3Uri to,
            DatasetPolicy policy,
            PublishOptions options,
            ProgressListener progress) {
        this(store, cache, name, to, policy, options, progress, LocalFile.PART_SIZE, Clock.systemUTC());
    }

    /** @param partSize bytes of a part at least */
    DatasetPublication(
            ObjectStore store,
            DatasetCache cache,
            String name,
            S3Uri to,
            DatasetPolicy policy,
            PublishOptions options,
            ProgressListener progress,
            long partSize,
            Clock clock) {
        this.store = store;
        this.cache = cache;
        this.name = Manifest.requireName(name);
        this.to = to;
        this.policy = policy;
        this.options = options;
        this.progress = progress;
        this.blobs = new BlobUploads(store, cache, to, options.jobs(), options.repair());
        this.partSize = partSize;
        this.clock = clock;
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
        PublishedFiles known = PublishedFiles.of(cache, directory, options.rehash(), clock);
        boolean done = false;
        try {
            send(files, known);
            done = true;
        } finally {
            known.keep(!done);
        }
        blobs.abortLeftovers();
        for (Found file : found.values()) {
            LocalFile.requireUnchanged(file.file(), file.state());
        }
        Manifest manifest = manifest();
        S3Uri location = S3Uri.parse(manifest.source().uri());
        return new PublishResult(
                manifest, location, uploaded.files(), uploaded.bytes(), Duration.ofNanos(System.nanoTime() - start));
    }

    private void send(Map<String, Path> files, PublishedFiles known) throws IOException {
        boolean canList =
                !options.repair() && !store.isSignedElsewhere(); // a repair reads bytes, and agents may not list
        listed = canList ? ListedBlobs.of(store, to.resolve(BLOBS), files.size()) : ListedBlobs.NONE;
        ProgressCount done = new ProgressCount(progress, "publishing", files.size(), -1);
        new Workers("Publishing " + name, options.jobs(), store::cancel)
                .forEach(List.copyOf(files.entrySet()), file -> {
                    long size = send(file.getKey(), file.getValue(), known);
                    done.add(1, size);
                });
        for (LocalFile file : large) {
            if (blobs.sendInParts(file)) {
                uploaded.add(1, file.size());
            }
        }
    }

    /** Returns the file's size. */
    private long send(String path, Path file, PublishedFiles known) throws IOException {
        FileState state = FileState.of(file);
        Optional<Digest> digest = known.digest(path, state);
        if (digest.isPresent()) {
            policy.checkFile(path, digest.get());
            if (isThere(digest.get(), state.size())) {
                found.put(path, new Found(file, state, digest.get()));
                return state.size();
            }
        }
        Instant seen = clock.instant();
        LocalFile local = LocalFile.read(file, partSize);
        known.learn(path, local.state(), local.sha256(), seen);
        policy.checkFile(path, local.sha256());
        if (claimed.add(local.sha256()) && !isStored(local.sha256(), local.size())) {
            if (local.isLarge()) {
                large.add(local);
            } else {
                blobs.send(local);
                uploaded.add(1, local.size());
            }
        }
        local.requireUnchanged();
        found.put(path, new Found(file, local.state(), local.sha256()));
        return local.size();
    }

    /** Whether the bytes are there already, or are on their way from another file. */
    private boolean isThere(Digest sha256, long size) {
        return claimed.contains(sha256) || isStored(sha256, size);
    }

    private boolean isStored(Digest sha256, long size) {
        return listed.has(sha256, size).orElseGet(() -> blobs.isThere(sha256, size));
    }

    private Manifest manifest() {
        List<Manifest.Entry> entries = found.entrySet().stream()
                .map(file -> new Manifest.Entry(
                        file.getKey(),
                        file.getValue().state().size(),
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
        return BLOBS + sha256.sharded();
    }
}
