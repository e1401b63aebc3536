package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** A manifest in an object store, whole or in parts. Parts are read one after the other and are not kept. */
final class StoredManifest {

    private final ObjectStore store;
    private final S3Uri location;

    StoredManifest(ObjectStore store, S3Uri location) {
        this.store = store;
        this.location = location;
    }

    /** What it describes; of a manifest in parts as its root says, without reading them. */
    DatasetVersion version() throws IOException {
        return downloaded((file, tree) -> tree != null
                ? tree.version()
                : ManifestScan.readSorted(file, location.toString()).version());
    }

    /** With all entries. */
    Manifest read() throws IOException {
        return downloaded((file, tree) -> tree == null ? Manifest.read(file, location.toString()) : read(tree));
    }

    private Manifest read(ManifestTree tree) throws IOException {
        try (PackedEntries.Builder entries = new PackedEntries.Builder()) {
            visit(tree, entries::add);
            return new Manifest(
                    Manifest.SCHEMA,
                    tree.name(),
                    tree.content(),
                    tree.source(),
                    tree.bucket(),
                    tree.files(),
                    tree.bytes(),
                    entries.finish());
        } catch (IllegalStateException e) {
            throw unordered(e);
        }
    }

    /** Leaves it in a file as one document, in order. */
    ManifestScan into(Path file) throws IOException {
        return downloaded((root, tree) -> {
            if (tree == null) {
                Files.move(root, file, StandardCopyOption.REPLACE_EXISTING);
                return ManifestScan.readSorted(file, location.toString());
            }
            try (ManifestDocument document = new ManifestDocument(file, tree)) {
                visit(tree, document);
            }
            return ManifestScan.read(file, location.toString(), entry -> {});
        });
    }

    @FunctionalInterface
    private interface Use<T> {
        T of(Path file, ManifestTree tree) throws IOException;
    }

    private <T> T downloaded(Use<T> use) throws IOException {
        Path file = Files.createTempFile("mlops-manifest", ".json");
        try {
            store.download(location, file);
            ManifestTree tree = ManifestTree.is(file) ? tree(file) : null;
            return use.of(file, tree);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private ManifestTree tree(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Documents.readJson(in, location.toString(), ManifestTree.class);
        }
    }

    private void visit(ManifestTree tree, ManifestScan.Visitor visitor) throws IOException {
        ObjectReader json = Documents.json().readerFor(Manifest.Entry.class);
        for (ManifestTree.Part part : tree.parts()) {
            byte[] lines = lines(part);
            long files = 0;
            try (JsonParser parser = json.createParser(lines);
                    MappingIterator<Manifest.Entry> entries = json.readValues(parser)) {
                while (entries.hasNextValue()) {
                    visitor.entry(withKey(entries.nextValue(), tree));
                    files++;
                }
            } catch (JsonProcessingException e) {
                throw MlopsException.usage(
                        ManifestTree.place(location, part) + " is no list of files: " + e.getOriginalMessage(), e);
            }
            if (files != part.files()) {
                throw MlopsException.usage(
                        ManifestTree.place(location, part) + " lists " + files + " files, and not " + part.files());
            }
        }
    }

    private static Manifest.Entry withKey(Manifest.Entry entry, ManifestTree tree) {
        return entry.key() != null || entry.bucket() != null || tree.blobs() == null || tree.bucket() == null
                ? entry
                : new Manifest.Entry(
                        entry.path(),
                        entry.size(),
                        entry.sha256(),
                        tree.blobs() + entry.sha256().sharded(),
                        entry.versionId(),
                        entry.etag(),
                        entry.group());
    }

    private byte[] lines(ManifestTree.Part part) throws IOException {
        S3Uri place = ManifestTree.place(location, part);
        byte[] compressed = store.read(place, ManifestTree.LONGEST_PART);
        byte[] lines;
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed), 1 << 16)) {
            lines = in.readNBytes(part.length());
            if (in.read() >= 0) {
                throw otherThan(place, part, null);
            }
        } catch (ZipException | EOFException e) {
            throw otherThan(place, part, e);
        }
        if (!Digest.of(lines).equals(part.digest())) {
            throw otherThan(place, part, null);
        }
        return lines;
    }

    private MlopsException otherThan(S3Uri place, ManifestTree.Part part, Exception e) {
        return MlopsException.failed(
                "The part " + place + " of the manifest " + location
                        + " is corrupt in the store: its lines are not those" + " with the digest " + part.digest()
                        + "; publish the dataset once more to write it anew",
                e);
    }

    private MlopsException unordered(IllegalStateException e) {
        return MlopsException.usage(location + ": the parts are not in the order of their paths", e);
    }
}
