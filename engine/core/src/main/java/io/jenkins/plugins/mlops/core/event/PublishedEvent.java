package io.jenkins.plugins.mlops.core.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.dataset.PublishedVersions;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.util.Objects;
import java.util.Optional;

/**
 * A version of a dataset was published: its manifest was written, which a publication does last, so that all of the version is there.
 *
 * @param manifest its address
 * @param name of the dataset
 * @param content id of the version, as the address says it
 * @param time when the store says that it was written, in ISO 8601
 */
public record PublishedEvent(
        @JsonProperty(required = true) S3Uri manifest,
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) Digest content,
        @JsonProperty(required = true) String time) {

    public PublishedEvent {
        Objects.requireNonNull(manifest, "manifest");
        Objects.requireNonNull(content, "content");
    }

    /** Empty for an object that is no manifest of a published version. */
    public static Optional<PublishedEvent> of(WrittenObject written) {
        return PublishedVersions.address(written.object())
                .map(address -> new PublishedEvent(
                        written.object(),
                        address.name(),
                        address.content(),
                        written.time().toString()));
    }

    /**
     * What is the same in every notification of this version, and in no other.
     *
     * @param store the name under which the store is configured
     */
    public String identity(String store) {
        return Digest.of(store + "\n" + manifest).hex();
    }
}
