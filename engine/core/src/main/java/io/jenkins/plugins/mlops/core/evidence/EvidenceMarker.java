package io.jenkins.plugins.mlops.core.evidence;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * What the object {@value #NAME} says: that there is an evidence store, of which form, and which one.
 *
 * @param id a UUID, by which clients tell the store from another one that is put in its place
 * @param createdOn when
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record EvidenceMarker(
        @JsonProperty(value = "schema", required = true) String schema,
        @JsonProperty(value = "id", required = true) String id,
        @JsonProperty(value = "createdOn", required = true) Instant createdOn) {

    static final String NAME = "mlops-evidence.json";
    static final String SCHEMA = "mlops-evidence/1";

    /** @throws MlopsException of kind FAILED when it is of another form */
    static EvidenceMarker parse(byte[] bytes, String location) {
        EvidenceMarker marker;
        try {
            marker = Documents.readJson(
                    new String(bytes, StandardCharsets.UTF_8), NAME + " in " + location, EvidenceMarker.class);
        } catch (MlopsException e) {
            throw MlopsException.failed(location + " is no evidence store: " + e.getMessage(), e);
        }
        if (!SCHEMA.equals(marker.schema())) {
            throw MlopsException.failed(location + " is an evidence store of the form " + marker.schema()
                    + ", and this version reads " + SCHEMA + ": use a newer mlops");
        }
        return marker;
    }

    byte[] toBytes() {
        return Documents.toJson(this).getBytes(StandardCharsets.UTF_8);
    }
}
