package io.jenkins.plugins.mlops.core.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.List;

/**
 * An image as a registry has it.
 *
 * @param reference what was asked for, normalized
 * @param name registry and repository
 * @param digest of the manifest's bytes, or of the index's when it is one and no platform was asked for
 * @param mediaType of what has that digest
 * @param platform the one that was asked for; null for none
 * @param platforms what an index has images for, in its order; empty for a single image
 * @param from host that answered: the registry's or a mirror's
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ResolvedImage(
        String reference,
        String name,
        Digest digest,
        String mediaType,
        Platform platform,
        List<Platform> platforms,
        String from) {

    public ResolvedImage {
        platforms = List.copyOf(platforms);
    }

    /** The reference that names these bytes and no others. */
    @JsonProperty
    public String pinned() {
        return name + "@" + digest;
    }
}
