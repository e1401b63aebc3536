package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.dvc.DvcHashed;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link DvcListing} in a file that is written and read file by file, so that a million of them do not fill the memory. Its files come
 * last in it.
 */
final class DvcListingFile {

    private static final int BUFFER = 1 << 16;
    private static final String FILES = "files";

    private DvcListingFile() {}

    /** Hears what is in a listing. */
    interface Visitor {

        /** @param head the listing without its files */
        void begin(DvcListing head) throws IOException;

        void file(DvcHashed file) throws IOException;
    }

    /**
     * Reads a listing that may come from somebody who is not trusted.
     *
     * @throws MlopsException of kind USAGE when it is broken; by then files may have been visited
     */
    static void read(Path file, Visitor visitor) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
                JsonParser parser = Documents.json().getFactory().createParser(in)) {
            try {
                read(parser, visitor);
            } catch (JsonProcessingException e) {
                throw broken(e.getOriginalMessage(), e);
            }
        }
    }

    /** Reads a listing with all its files. */
    static DvcListing readWhole(Path file) throws IOException {
        List<DvcHashed> files = new ArrayList<>();
        DvcListing[] head = new DvcListing[1];
        read(file, new Visitor() {
            @Override
            public void begin(DvcListing listing) {
                head[0] = listing;
            }

            @Override
            public void file(DvcHashed each) {
                files.add(each);
            }
        });
        return head[0].with(files);
    }

    /** Counts the files of a listing. */
    static DatasetVersion version(Path file) throws IOException {
        Count count = new Count();
        read(file, count);
        return new DatasetVersion(
                count.head.name(),
                null,
                count.head.source().id(),
                count.head.source().uri(),
                count.files,
                count.bytes);
    }

    private static final class Count implements Visitor {
        private DvcListing head;
        private long files;
        private long bytes;

        @Override
        public void begin(DvcListing listing) {
            head = listing;
        }

        @Override
        public void file(DvcHashed file) {
            files++;
            bytes += Math.max(0, file.size());
        }
    }

    private static void read(JsonParser parser, Visitor visitor) throws IOException {
        // Reads a value in the midst of the document: what follows it is no trailing token.
        ObjectReader json = Documents.json().reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        String schema = null;
        String name = null;
        Manifest.Source source = null;
        String output = null;
        String path = null;
        String namedBy = null;
        boolean pinned = false;
        require(parser.nextToken() == JsonToken.START_OBJECT, "it is no set of keys");
        boolean ended = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            require(!ended, "'" + field + "' follows the files");
            switch (field) {
                case "schema" -> schema = json.readValue(parser, String.class);
                case "name" -> name = json.readValue(parser, String.class);
                case "source" -> source = json.readValue(parser, Manifest.Source.class);
                case "output" -> output = json.readValue(parser, String.class);
                case "path" -> path = json.readValue(parser, String.class);
                case "namedBy" -> namedBy = json.readValue(parser, String.class);
                case "pinned" -> pinned = json.readValue(parser, Boolean.class);
                case FILES -> {
                    require(
                            name != null && source != null && output != null && path != null && namedBy != null,
                            "it says less than a listing does");
                    visitor.begin(new DvcListing(schema, name, source, output, path, namedBy, pinned, List.of()));
                    files(parser, json, visitor);
                    ended = true;
                }
                default -> throw broken("unknown key '" + field + "'", null);
            }
        }
        require(ended && parser.nextToken() == null, "it does not end with its files");
    }

    private static void files(JsonParser parser, ObjectReader json, Visitor visitor) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY, "the files are a list");
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            visitor.file(json.readValue(parser, DvcHashed.class));
        }
        require(parser.currentToken() == JsonToken.END_ARRAY, "a file is a set of keys");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw broken(otherwise, null);
        }
    }

    private static MlopsException broken(String why, Exception e) {
        return MlopsException.usage("The list of the files of an output of DVC is broken: " + why, e);
    }

    /** Begins a file. @param head of which the files are not written */
    static Writer write(Path file, DvcListing head) throws IOException {
        return new Writer(file, head);
    }

    /** Takes the files in their order; the file is whole when it is closed. Not thread-safe. */
    static final class Writer implements Closeable {

        private final JsonGenerator json;
        private final ObjectWriter files =
                Documents.json().writerFor(DvcHashed.class).without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE);

        private Writer(Path file, DvcListing head) throws IOException {
            json = Documents.json()
                    .getFactory()
                    .createGenerator(new BufferedOutputStream(Files.newOutputStream(file), BUFFER));
            json.writeStartObject();
            json.writeStringField("schema", head.schema());
            json.writeStringField("name", head.name());
            json.writePOJOField("source", head.source());
            json.writeStringField("output", head.output());
            json.writeStringField("path", head.path());
            json.writeStringField("namedBy", head.namedBy());
            json.writeBooleanField("pinned", head.pinned());
            json.writeArrayFieldStart(FILES);
        }

        void add(DvcHashed file) throws IOException {
            files.writeValue(json, file);
        }

        @Override
        public void close() throws IOException {
            json.close();
        }
    }
}
