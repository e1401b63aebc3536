package io.jenkins.plugins.mlops.core.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * How a bucket keeps objects from being changed or deleted.
 *
 * @param versioning whether a deleted or overwritten object's earlier state is kept
 * @param objectLock whether versions can be locked
 * @param retention how long each new version is locked by itself, as {@code COMPLIANCE 365 days}; null for not at all
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BucketProtection(Setting versioning, Setting objectLock, String retention) {

    /** What is known of a setting. */
    public enum Setting {
        ON,
        OFF,
        /** The store does not tell, or not us. */
        UNKNOWN;

        @JsonValue
        String json() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
