package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.core.JsonGenerator;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a manifest as one document, entry by entry. To be closed, which ends the document. Not thread-safe. */
final class ManifestDocument implements ManifestScan.Visitor, AutoCloseable {

    private final OutputStream out;
    private final JsonGenerator json;

    /** @param head all but the entries */
    ManifestDocument(Path file, ManifestTree head) throws IOException {
        out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        json = Documents.json().getFactory().createGenerator(out).useDefaultPrettyPrinter();
        json.setCodec(Documents.json());
        json.writeStartObject();
        json.writeStringField("schema", Manifest.SCHEMA);
        json.writeStringField("name", head.name());
        json.writeObjectField("content", head.content());
        json.writeObjectField("source", head.source());
        if (head.bucket() != null) {
            json.writeStringField("bucket", head.bucket());
        }
        json.writeNumberField("files", head.files());
        json.writeNumberField("bytes", head.bytes());
        json.writeArrayFieldStart("entries");
    }

    @Override
    public void entry(Manifest.Entry entry) throws IOException {
        json.writeObject(entry);
    }

    @Override
    public void close() throws IOException {
        try (out) {
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
            json.close();
        }
    }
}
