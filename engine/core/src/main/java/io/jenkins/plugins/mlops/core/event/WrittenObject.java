package io.jenkins.plugins.mlops.core.event;

import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.time.Instant;
import java.util.Objects;

/**
 * An object was written to an object store.
 *
 * @param time when, by the store's clock
 */
public record WrittenObject(S3Uri object, Instant time) {

    public WrittenObject {
        Objects.requireNonNull(object, "object");
        Objects.requireNonNull(time, "time");
    }
}
