package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Streams the entries of a kept manifest, which may have tens of millions, and proves on the way that they are those of the
 * content id it is named by.
 */
final class ManifestEntries {

    /** Hears an entry. */
    @FunctionalInterface
    interface Visitor<E extends Exception> {
        /** @param group null for none */
        void entry(Digest sha256, String group) throws E;
    }

    private ManifestEntries() {}

    /**
     * Visits every entry in order.
     *
     * @throws MlopsException of kind USAGE when the file is no manifest or one of other content; by then entries may have
     *     been visited
     */
    static <E extends Exception> void visit(Path file, Digest content, Visitor<E> visitor) throws E {
        TreeDigest tree = new TreeDigest();
        try (JsonParser json = Documents.json().getFactory().createParser(Files.newBufferedReader(file))) {
            expect(json.nextToken() == JsonToken.START_OBJECT, file);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean entries = json.currentName().equals("entries");
                JsonToken value = json.nextToken();
                if (entries && value == JsonToken.START_ARRAY) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        entry(json, tree, file, visitor);
                    }
                } else {
                    json.skipChildren();
                }
            }
        } catch (JsonProcessingException e) {
            throw MlopsException.usage(file + " is no manifest: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw MlopsException.usage("The manifest " + file + " cannot be read: " + e, e);
        } catch (IllegalStateException e) {
            throw MlopsException.usage(file + " is no manifest: its entries are not in order", e);
        }
        if (!tree.finish().equals(content)) {
            throw MlopsException.usage(file + " is damaged: its entries have the content id " + tree.finish());
        }
    }

    private static <E extends Exception> void entry(JsonParser json, TreeDigest tree, Path file, Visitor<E> visitor)
            throws IOException, E {
        String path = null;
        long size = -1;
        Digest sha256 = null;
        String group = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "path" -> path = json.getValueAsString();
                case "size" -> size = json.getValueAsLong(-1);
                case "sha256" -> sha256 = sha256(json.getValueAsString());
                case "group" -> group = value == JsonToken.VALUE_NULL ? null : json.getValueAsString();
                default -> json.skipChildren();
            }
        }
        expect(path != null && size >= 0 && sha256 != null, file);
        tree.add(path, size, sha256);
        visitor.entry(sha256, group);
    }

    private static Digest sha256(String text) {
        return text == null ? null : Digest.isDigest(text) ? Digest.parse(text) : new Digest(text);
    }

    private static void expect(boolean condition, Path file) {
        if (!condition) {
            throw MlopsException.usage(file + " is no manifest: an entry lacks path, size or sha256");
        }
    }
}
