package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a manifest from a file or an object, and checks it against what its source id is bound to. */
final class ManifestSource {

    private final ObjectStore store;
    private final DatasetCache cache;

    ManifestSource(ObjectStore store, DatasetCache cache) {
        this.store = store;
        this.cache = cache;
    }

    /** As {@link #read}, without reading the entries of a manifest in parts, and without keeping any. */
    DatasetVersion version(String location) throws IOException {
        if (!S3Uri.isS3(location)) {
            return read(location).version();
        }
        DatasetVersion version = new StoredManifest(store, S3Uri.parse(location)).version();
        bind(version.sourceId(), version.contentId());
        return version;
    }

    /** Downloads a manifest to a file, where it is one document and in order then. */
    ManifestScan scan(S3Uri location, Path file) throws IOException {
        ManifestScan scan = new StoredManifest(store, location).into(file);
        bind(scan.version().sourceId(), scan.version().contentId());
        return scan;
    }

    Manifest read(String location) throws IOException {
        Manifest manifest =
                S3Uri.isS3(location) ? new StoredManifest(store, S3Uri.parse(location)).read() : local(location);
        bind(manifest.source().id(), manifest.content());
        return manifest;
    }

    private static Manifest local(String location) throws IOException {
        Path file = Path.of(location);
        if (Files.isRegularFile(file) && ManifestTree.is(file)) {
            throw MlopsException.usage("The manifest " + file
                    + " is in parts, which lie in the bucket that it was downloaded from: name it by its s3:// URL");
        }
        return Manifest.read(file);
    }

    private void bind(String sourceId, Digest content) throws IOException {
        if (!sourceId.startsWith(SourceIds.MANIFEST)) {
            cache.bind(sourceId, content);
        }
    }
}
