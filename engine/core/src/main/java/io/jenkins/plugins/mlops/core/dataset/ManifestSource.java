package io.jenkins.plugins.mlops.core.dataset;

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

    /** As {@link #read}, without keeping the entries, so that their number does not matter. */
    DatasetVersion version(String location) throws IOException {
        if (!S3Uri.isS3(location)) {
            return read(location).version();
        }
        Path file = Files.createTempFile("mlops-manifest", ".json");
        try {
            return scan(S3Uri.parse(location), file).version();
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Downloads a manifest to a file, where it is in order then. */
    ManifestScan scan(S3Uri location, Path file) throws IOException {
        store.download(location, file);
        ManifestScan scan = ManifestScan.readSorted(file, location.toString());
        if (!scan.version().sourceId().startsWith(SourceIds.MANIFEST)) {
            cache.bind(scan.version().sourceId(), scan.version().contentId());
        }
        return scan;
    }

    Manifest read(String location) throws IOException {
        Manifest manifest = S3Uri.isS3(location) ? fetch(S3Uri.parse(location)) : Manifest.read(Path.of(location));
        if (!manifest.source().id().startsWith(SourceIds.MANIFEST)) {
            cache.bind(manifest.source().id(), manifest.content());
        }
        return manifest;
    }

    private Manifest fetch(S3Uri object) throws IOException {
        Path file = Files.createTempFile("mlops-manifest", ".json");
        try {
            store.download(object, file);
            return Manifest.read(file, object.toString());
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
