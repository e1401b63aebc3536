package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Writes a manifest in parts, the root last. Where a part ends depends on the paths around it alone, so that versions which differ
 * in few files share most parts, and those are not sent again. Takes the entries in their order. Not thread-safe.
 */
final class ManifestTreeWriter implements ManifestScan.Visitor {

    private static final int SHORTEST = 8192;
    private static final int LONGEST = 32_768;
    /** A part ends at one of so many paths, once it is long enough. */
    private static final int ONE_IN = 4096;

    private final ObjectStore store;
    private final S3Uri root;
    private final String blobs;
    private final List<ManifestTree.Part> parts = new ArrayList<>();
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private int count;

    /**
     * @param root where the manifest is going to be
     * @param blobs what the keys of published files begin with, up to the directory that their digest names
     */
    ManifestTreeWriter(ObjectStore store, S3Uri root, String blobs) {
        this.store = store;
        this.root = root;
        this.blobs = blobs;
    }

    @Override
    public void entry(Manifest.Entry entry) throws IOException {
        lines.write(Documents.json().writeValueAsBytes(withoutUsualKey(entry)));
        lines.write('\n');
        count++;
        boolean ends = count >= SHORTEST && entry.path().hashCode() % ONE_IN == 0;
        if (ends || count == LONGEST || lines.size() > ManifestTree.LONGEST_PART / 2) {
            send();
        }
    }

    private Manifest.Entry withoutUsualKey(Manifest.Entry entry) {
        return entry.bucket() == null && (blobs + entry.sha256().sharded()).equals(entry.key())
                ? new Manifest.Entry(
                        entry.path(),
                        entry.size(),
                        entry.sha256(),
                        null,
                        entry.versionId(),
                        entry.etag(),
                        entry.group())
                : entry;
    }

    private void send() throws IOException {
        byte[] bytes = lines.toByteArray();
        lines.reset();
        ManifestTree.Part part = new ManifestTree.Part(Digest.of(bytes), bytes.length, count);
        count = 0;
        parts.add(part);
        S3Uri place = ManifestTree.place(root, part);
        if (store.stat(place).isPresent()) {
            return;
        }
        Path file = Files.createTempFile("mlops-part", ".gz");
        try {
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file), 1 << 16)) {
                out.write(bytes);
            }
            store.putIfAbsent(place, LocalFile.read(file));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /**
     * Writes the root, which makes the version be there.
     *
     * @return false when one was there
     */
    boolean finish(DatasetVersion version, String bucket) throws IOException {
        if (count > 0) {
            send();
        }
        ManifestTree tree = new ManifestTree(
                ManifestTree.SCHEMA,
                version.name(),
                version.contentId(),
                new Manifest.Source(version.sourceId(), version.source()),
                bucket,
                blobs,
                version.files(),
                version.bytes(),
                parts);
        return store.putIfAbsent(root, Documents.toJson(tree).getBytes(StandardCharsets.UTF_8));
    }
}
