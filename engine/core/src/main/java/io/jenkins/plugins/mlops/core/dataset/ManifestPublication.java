package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the manifest of a published version unless it is there: as one document, or in parts when it is long. */
final class ManifestPublication {

    /** Up to so many files a manifest is one document, which people and scripts read as it is. */
    private static final long WHOLE = 100_000;

    private final ObjectStore store;
    private final S3Uri to;
    private final long whole;

    /** @param to where the dataset is published */
    ManifestPublication(ObjectStore store, S3Uri to) {
        this(store, to, WHOLE);
    }

    ManifestPublication(ObjectStore store, S3Uri to, long whole) {
        this.store = store;
        this.to = to;
        this.whole = whole;
    }

    /** @return false when one was there */
    boolean write(Manifest manifest, S3Uri location) throws IOException {
        if (manifest.files() > whole) {
            ManifestTreeWriter writer = writer(location);
            for (Manifest.Entry entry : manifest.entries()) {
                writer.entry(entry);
            }
            return writer.finish(manifest.version(), manifest.bucket());
        }
        Path file = Files.createTempFile("mlops-manifest", ".json");
        try {
            manifest.write(file);
            return store.putIfAbsent(location, LocalFile.read(file));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /**
     * As the other, of a manifest in a file.
     *
     * @param scan what the file describes
     */
    boolean write(Path file, ManifestScan scan, S3Uri location) throws IOException {
        if (scan.version().files() > whole) {
            ManifestTreeWriter writer = writer(location);
            ManifestScan.read(file, location.toString(), writer);
            return writer.finish(scan.version(), scan.bucket());
        }
        return store.putIfAbsent(location, LocalFile.read(file));
    }

    private ManifestTreeWriter writer(S3Uri location) {
        return new ManifestTreeWriter(
                store, location, to.resolve(DatasetPublication.BLOBS).key());
    }
}
