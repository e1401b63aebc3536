package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a dataset version consists of, specified in {@code docs/dataset-identity.md}. One that exists is consistent: paths keep
 * the rules of {@link TreePath} and do not clash, and the content id, the number of files and bytes are those of the entries.
 * Immutable.
 *
 * @param schema {@link #SCHEMA}
 * @param name what people call the dataset: letters, digits, dots, hyphens and underscores, at most 128
 * @param content the content id
 * @param source where it comes from
 * @param bucket where the keys are of the entries that name none; null when there are none such
 * @param files number of entries
 * @param bytes their sizes in all
 * @param entries in {@link TreePath#ORDER}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Manifest(
        @JsonProperty(required = true) String schema,
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) Digest content,
        @JsonProperty(required = true) Source source,
        String bucket,
        @JsonProperty(required = true) long files,
        @JsonProperty(required = true) long bytes,
        @JsonProperty(required = true) List<Entry> entries) {

    public static final String SCHEMA = "mlops-manifest/1";

    /** A file from this size on is read entry by entry, bytes; its entries then lie outside of the heap. */
    private static final long LARGE = 32L * 1024 * 1024;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /**
     * Where a version comes from.
     *
     * @param id the source id
     * @param uri for people
     */
    public record Source(
            @JsonProperty(required = true) String id,
            @JsonProperty(required = true) String uri) {
        public Source {
            if (id == null || id.isBlank() || uri == null || uri.isBlank()) {
                throw MlopsException.usage("a source has an id and a uri");
            }
        }
    }

    /**
     * A file.
     *
     * @param path below the dataset's root
     * @param size in bytes
     * @param key of the object that holds its bytes
     * @param versionId of that object; null for the latest
     * @param etag of that object, to notice that it was replaced; null where its key is made of its digest
     * @param group what the file belongs to, such as a recording; null for none
     * @param bucket where the key is; null for the manifest's bucket
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Entry(
            @JsonProperty(required = true) String path,
            @JsonProperty(required = true) long size,
            @JsonProperty(required = true) Digest sha256,
            String key,
            String versionId,
            String etag,
            String group,
            String bucket) {

        @JsonCreator
        public Entry {
            if (path == null || sha256 == null) {
                throw MlopsException.usage("a file has a path, a size and a sha256");
            }
            if (bucket != null) {
                bucket = new S3Uri(bucket, "").bucket();
            }
        }

        /** A file whose key is in the manifest's bucket. */
        public Entry(String path, long size, Digest sha256, String key, String versionId, String etag, String group) {
            this(path, size, sha256, key, versionId, etag, group, null);
        }

        /** The same in a manifest with this bucket, which need not be named twice. */
        private Entry in(String manifestBucket) {
            return new Entry(
                    path,
                    size,
                    sha256,
                    key,
                    versionId,
                    etag,
                    group,
                    Objects.equals(bucket, manifestBucket) ? null : bucket);
        }

        /**
         * The state of the object that holds the file's bytes; null when it lies nowhere but in a directory.
         *
         * @param manifestBucket the bucket of the manifest that has the entry
         */
        public ObjectPin pin(String manifestBucket) {
            String in = bucket == null ? manifestBucket : bucket;
            return in == null || key == null ? null : new ObjectPin(new S3Uri(in, key), etag, versionId);
        }
    }

    public Manifest {
        if (!SCHEMA.equals(schema)) {
            throw MlopsException.usage(
                    "the schema '" + schema + "' is not known: " + SCHEMA + " is what this version reads");
        }
        requireName(name);
        boolean packed = entries instanceof PackedEntries;
        if (content == null
                || source == null
                || entries == null
                || !packed && entries.stream().anyMatch(Objects::isNull)) {
            throw MlopsException.usage("a manifest has content, source and entries, none of them null");
        }
        if (bucket != null) {
            bucket = new S3Uri(bucket, "").bucket();
        }
        if (!packed) {
            entries = entries.stream()
                    .sorted(Comparator.comparing(Entry::path, TreePath.ORDER))
                    .toList();
        }
        TreeSummary tree = TreeSummary.of(entries);
        if (!tree.content().equals(content) || tree.files() != files || tree.bytes() != bytes) {
            throw MlopsException.usage("the manifest contradicts itself: it says " + content + ", " + files + " files, "
                    + bytes + " bytes, but its entries make " + tree.content() + ", " + tree.files() + " files, "
                    + tree.bytes() + " bytes");
        }
        if (source.id().startsWith(SourceIds.MANIFEST) && !source.id().equals(SourceIds.ofManifest(content))) {
            throw MlopsException.usage("the manifest contradicts itself: its source id " + source.id()
                    + " names another content than " + content);
        }
    }

    /** A manifest of these files; the content id is computed. The order does not matter, but for packed ones. */
    public static Manifest of(String name, Source source, String bucket, List<Entry> entries) {
        List<Entry> sorted = entries;
        if (!(entries instanceof PackedEntries)) {
            sorted = new ArrayList<>(entries);
            sorted.sort(Comparator.comparing(Entry::path, TreePath.ORDER));
        }
        TreeSummary tree = TreeSummary.of(sorted);
        return new Manifest(SCHEMA, name, tree.content(), source, bucket, tree.files(), tree.bytes(), sorted);
    }

    /** As the other, of files whose entries all name their bucket; that of the first becomes the manifest's. */
    static Manifest of(String name, Source source, List<Entry> entries) {
        String bucket = entries.isEmpty() ? null : entries.get(0).bucket();
        return of(
                name,
                source,
                bucket,
                entries.stream().map(entry -> entry.in(bucket)).toList());
    }

    /**
     * Reads a manifest file as it streams in.
     *
     * @throws MlopsException of kind USAGE that names file, line and column when it is broken
     */
    public static Manifest read(Path file) {
        return read(file, file.toString());
    }

    /** As {@link #read(Path)}; {@code origin} is what an error calls the manifest. */
    static Manifest read(Path file, String origin) {
        try (InputStream in = Files.newInputStream(file)) {
            return Files.size(file) > LARGE
                    ? ManifestScan.readWhole(file, origin)
                    : Documents.readJson(in, origin, Manifest.class);
        } catch (NoSuchFileException e) {
            throw MlopsException.usage("The manifest " + file + " does not exist", e);
        } catch (IOException e) {
            throw MlopsException.usage("The manifest " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a manifest.
     *
     * @param origin what an error calls it
     */
    public static Manifest read(String json, String origin) {
        return Documents.readJson(json, origin, Manifest.class);
    }

    /** Writes it as indented JSON; the file is there whole or not at all. */
    public void write(Path file) throws IOException {
        Documents.writeJson(file, this);
    }

    /** The state of the object that holds an entry's bytes; null when it lies nowhere but in a directory. */
    public ObjectPin pin(Entry entry) {
        return entry.pin(bucket);
    }

    /** Whether any file lies in a bucket. */
    public boolean hasObjects() {
        return entries.stream().anyMatch(entry -> pin(entry) != null);
    }

    /** The version this manifest describes. */
    public DatasetVersion version() {
        return new DatasetVersion(name, content, source.id(), source.uri(), files, bytes);
    }

    /** Refuses what is no dataset's name, with kind USAGE. */
    static String requireName(String name) {
        if (name == null || !NAME.matcher(name).matches() || name.equals("blobs")) {
            throw MlopsException.usage(
                    "'" + name + "' cannot be a dataset's name: 1 to 128 letters, digits, dots, hyphens"
                            + " and underscores are wanted, a letter or digit first, and not 'blobs'");
        }
        return name;
    }
}
