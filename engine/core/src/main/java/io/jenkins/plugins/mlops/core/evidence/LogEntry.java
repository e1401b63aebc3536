package io.jenkins.plugins.mlops.core.evidence;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.util.List;

/**
 * The body of an entry of the log: objects that were added, each with the digest of its bytes. The first entry of all names the
 * marker. An object may be named again, with the same digest, by a writer whose first try broke off.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record LogEntry(
        @JsonProperty(value = "objects", required = true) List<Added> objects) {

    /** @param name in the store @param digest of its bytes @param size in bytes */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Added(
            @JsonProperty(value = "name", required = true) String name,
            @JsonProperty(value = "digest", required = true) Digest digest,
            @JsonProperty(value = "size", required = true) long size) {

        static Added of(String name, byte[] bytes) {
            return new Added(name, Digest.of(bytes), bytes.length);
        }
    }

    LogEntry {
        if (objects == null) {
            throw MlopsException.usage("its objects are null");
        }
        objects = List.copyOf(objects);
    }

    /** @throws MlopsException of kind FAILED when the entry has another body */
    static LogEntry of(Journal.Entry entry) {
        try {
            return Documents.json().treeToValue(entry.body(), LogEntry.class);
        } catch (JsonProcessingException e) {
            throw MlopsException.failed(
                    "Entry " + entry.number() + " of the evidence store's log names no objects: "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    JsonNode toBody() {
        return Documents.json().valueToTree(this);
    }
}
