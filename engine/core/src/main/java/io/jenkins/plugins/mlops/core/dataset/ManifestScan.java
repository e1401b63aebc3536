package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A manifest that was read entry by entry, as it has to be where a manifest of a million files must not fill the memory: it
 * proves the content id as {@link Manifest} does, but keeps no entry. Whether paths clash on some file systems is looked at
 * by who makes them files. Immutable.
 *
 * @param version what the manifest describes
 * @param bucket where the keys are of the entries that name none; null for none
 */
public record ManifestScan(DatasetVersion version, String bucket) {

    /** Hears the entries in the order in which the manifest has them, which is that of {@link Manifest#entries()}. */
    @FunctionalInterface
    public interface Visitor {
        void entry(Manifest.Entry entry) throws IOException;
    }

    /** A manifest without order is sorted in memory up to this size; no writer of manifests leaves one larger. */
    private static final long SORTABLE = 32L * 1024 * 1024;

    /** What is not in order: to be sorted. */
    private static final class UnorderedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Reads a manifest file.
     *
     * @param origin what an error calls the manifest
     * @throws MlopsException of kind USAGE when it is broken; by then entries may have been visited
     */
    public static ManifestScan read(Path file, String origin, Visitor visitor) {
        try {
            return new Reading(origin, visitor, true).read(file);
        } catch (UnorderedException e) {
            throw disordered(origin, e);
        }
    }

    /**
     * As {@link #read}, of a file that may be changed: entries that are not in order are put in order there first.
     */
    public static ManifestScan readSorted(Path file, String origin) throws IOException {
        try {
            return new Reading(origin, entry -> {}, true).read(file);
        } catch (UnorderedException e) {
            if (Files.size(file) > SORTABLE) {
                throw MlopsException.usage(
                        origin + ": the entries of this large manifest are not in the order of their"
                                + " paths: write it anew with 'mlops dataset'",
                        e);
            }
            Manifest.read(file, origin).write(file);
        }
        return read(file, origin, entry -> {});
    }

    /** Reads a manifest with all its entries, which must be in order when they are many; the manifest itself proves its content id. */
    static Manifest readWhole(Path file, String origin) throws IOException {
        try (PackedEntries.Builder entries = new PackedEntries.Builder()) {
            ManifestScan scan = new Reading(origin, entries::add, false).read(file);
            DatasetVersion version = scan.version();
            return new Manifest(
                    Manifest.SCHEMA,
                    version.name(),
                    version.contentId(),
                    new Manifest.Source(version.sourceId(), version.source()),
                    scan.bucket(),
                    version.files(),
                    version.bytes(),
                    entries.finish());
        } catch (IllegalStateException e) {
            throw disordered(origin, e);
        }
    }

    private static MlopsException disordered(String origin, RuntimeException e) {
        return MlopsException.usage(origin + ": the entries are not in the order of their paths", e);
    }

    private static final class Reading {

        private final String origin;
        private final Visitor visitor;
        private final TreeDigest tree;
        /** Reads a value in the midst of the document: what follows it is no trailing token. */
        private final ObjectReader json =
                Documents.json().reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

        private String schema;
        private String name;
        private Digest content;
        private Manifest.Source source;
        private String bucket;
        private Long files;
        private Long bytes;
        private boolean listed;

        /** @param proving whether the content id is proved here */
        Reading(String origin, Visitor visitor, boolean proving) {
            this.origin = origin;
            this.visitor = visitor;
            this.tree = proving ? new TreeDigest() : null;
        }

        ManifestScan read(Path file) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                    JsonParser parser = Documents.json().getFactory().createParser(in)) {
                try {
                    document(parser);
                    return finished();
                } catch (JsonProcessingException e) {
                    throw broken(parser, cause(e), e);
                } catch (MlopsException e) {
                    if (e.kind() != MlopsException.Kind.USAGE) {
                        throw e; // the visitor's
                    }
                    throw broken(parser, e.getMessage(), e);
                }
            } catch (NoSuchFileException e) {
                throw MlopsException.usage("The manifest " + file + " does not exist", e);
            } catch (IOException e) {
                throw MlopsException.usage("The manifest " + origin + " cannot be read: " + e.getMessage(), e);
            }
        }

        private static String cause(JsonProcessingException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof MlopsException ours) {
                    return ours.getMessage();
                }
            }
            return e.getOriginalMessage();
        }

        private MlopsException broken(JsonParser parser, String why, Exception e) {
            return MlopsException.usage(
                    origin + ", line " + parser.currentLocation().getLineNr() + ": " + why, e);
        }

        private void document(JsonParser parser) throws IOException {
            require(parser.nextToken() == JsonToken.START_OBJECT, "a manifest is a set of keys");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "schema" -> schema = json.readValue(parser, String.class);
                    case "name" -> name = json.readValue(parser, String.class);
                    case "content" -> content = json.readValue(parser, Digest.class);
                    case "source" -> source = json.readValue(parser, Manifest.Source.class);
                    case "bucket" -> bucket = json.readValue(parser, String.class);
                    case "files" -> files = json.readValue(parser, Long.class);
                    case "bytes" -> bytes = json.readValue(parser, Long.class);
                    case "entries" -> entries(parser);
                    default -> throw MlopsException.usage("unknown key '" + field + "'");
                }
            }
            require(parser.nextToken() == null, "the document has ended, but more follows");
        }

        private void entries(JsonParser parser) throws IOException {
            require(!listed && parser.currentToken() == JsonToken.START_ARRAY, "the entries are a list");
            listed = true;
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                Manifest.Entry entry = json.readValue(parser, Manifest.Entry.class);
                if (tree != null) {
                    add(entry);
                }
                visitor.entry(entry);
            }
            require(parser.currentToken() == JsonToken.END_ARRAY, "an entry is a set of keys");
        }

        private void add(Manifest.Entry entry) {
            try {
                tree.add(entry.path(), entry.size(), entry.sha256());
            } catch (IllegalStateException e) {
                throw new UnorderedException();
            }
        }

        private ManifestScan finished() {
            require(
                    Manifest.SCHEMA.equals(schema),
                    "the schema '" + schema + "' is not known: " + Manifest.SCHEMA + " is what this version reads");
            Manifest.requireName(name);
            require(
                    content != null && source != null && files != null && bytes != null && listed,
                    "a manifest has content, source, files, bytes and entries");
            String in = bucket == null ? null : new S3Uri(bucket, "").bucket();
            if (tree != null) {
                prove();
            }
            return new ManifestScan(new DatasetVersion(name, content, source.id(), source.uri(), files, bytes), in);
        }

        private void prove() {
            Digest found = tree.finish();
            require(
                    found.equals(content) && tree.files() == files && tree.bytes() == bytes,
                    "the manifest contradicts itself: it says " + content + ", " + files + " files, " + bytes
                            + " bytes, but its entries make " + found + ", " + tree.files() + " files, " + tree.bytes()
                            + " bytes");
            require(
                    !source.id().startsWith(SourceIds.MANIFEST) || source.id().equals(SourceIds.ofManifest(content)),
                    "the manifest contradicts itself: its source id " + source.id() + " names another content than "
                            + content);
        }

        private static void require(boolean condition, String otherwise) {
            if (!condition) {
                throw MlopsException.usage(otherwise);
            }
        }
    }
}
