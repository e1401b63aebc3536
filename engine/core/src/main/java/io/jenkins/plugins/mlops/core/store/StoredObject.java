package io.jenkins.plugins.mlops.core.store;

/**
 * An object as the store describes it.
 *
 * @param size in bytes
 * @param etag without quotes; null when the store gave none
 * @param versionId null where the bucket keeps no versions
 */
public record StoredObject(S3Uri location, long size, String etag, String versionId) {

    /** Exactly this state of the object. */
    public ObjectPin pin() {
        return new ObjectPin(location, etag, versionId);
    }
}
