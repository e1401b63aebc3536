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
