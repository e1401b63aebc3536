package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The root of a manifest in parts, specified in {@code docs/dataset-identity.md}: it says all of a large version but its files, and
 * names the parts that list those. Immutable.
 *
 * @param schema {@link #SCHEMA}
 * @param name as in {@link Manifest}
 * @param content as in {@link Manifest}
 * @param source as in {@link Manifest}
 * @param bucket as in {@link Manifest}
 * @param blobs what keys of files begin with that stand at their digest; null when all keys are written out
 * @param files number of all files
 * @param bytes their sizes in all
 * @param parts in the order of their files
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ManifestTree(
        @JsonProperty(required = true) String schema,
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) Digest content,
        @JsonProperty(required = true) Manifest.Source source,
        String bucket,
        String blobs,
        @JsonProperty(required = true) long files,
        @JsonProperty(required = true) long bytes,
        @JsonProperty(required = true) List<Part> parts) {

    static final String SCHEMA = "mlops-manifest-tree/1";

    /** No part is longer, bytes of JSON; what is longer is refused before it fills the memory. */
    static final int LONGEST_PART = 64 * 1024 * 1024;

    /**
     * A range of the files.
     *
     * @param digest of its JSON lines, uncompressed
     * @param length of them, bytes
     * @param files number of lines
     */
    record Part(
            @JsonProperty(required = true) Digest digest,
            @JsonProperty(required = true) int length,
            @JsonProperty(required = true) long files) {

        Part {
            if (digest == null || length < 1 || length > LONGEST_PART || files < 1) {
                throw MlopsException.usage(
                        "a part has a digest, files, and a length from 1 to " + LONGEST_PART + " bytes");
            }
        }
    }

    ManifestTree {
        if (!SCHEMA.equals(schema)) {
            throw MlopsException.usage(
                    "the schema '" + schema + "' is not known: " + SCHEMA + " is what this version reads");
        }
        Manifest.requireName(name);
        if (content == null || source == null || parts == null) {
            throw MlopsException.usage("the root of a manifest has content, source and parts, none of them null");
        }
        parts = List.copyOf(parts);
        long listed = parts.stream().mapToLong(Part::files).sum();
        if (listed != files) {
            throw MlopsException.usage(
                    "the manifest contradicts itself: it says " + files + " files, but its parts list " + listed);
        }
        if (source.id().startsWith(SourceIds.MANIFEST) && !source.id().equals(SourceIds.ofManifest(content))) {
            throw MlopsException.usage("the manifest contradicts itself: its source id " + source.id()
                    + " names another content than " + content);
        }
    }

    /** Whether a file is the root of a manifest in parts; writers name the schema first. */
    static boolean is(Path file) throws IOException {
        try (JsonParser parser = Documents.json().getFactory().createParser(file.toFile())) {
            return parser.nextToken() == JsonToken.START_OBJECT
                    && "schema".equals(parser.nextFieldName())
                    && SCHEMA.equals(parser.nextTextValue());
        } catch (JsonProcessingException broken) {
            return false; // which reading it as a manifest tells
        }
    }

    /** Where a part lies that belongs to a manifest at this place. */
    static S3Uri place(S3Uri root, Part part) {
        String key = root.key();
        return new S3Uri(
                root.bucket(),
                key.substring(0, key.lastIndexOf('/') + 1) + "parts/"
                        + part.digest().sharded() + ".jsonl.gz");
    }

    /** What the whole describes, as the root says; that the files make this content id is found out by reading them. */
    DatasetVersion version() {
        return new DatasetVersion(name, content, source.id(), source.uri(), files, bytes);
    }
}
