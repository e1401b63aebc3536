package io.jenkins.plugins.mlops.core.store;

/**
 * Which state of an object is meant, so that every request for it reads the same bytes.
 *
 * @param location where it lies
 * @param etag the state it must have, without quotes; null for whichever is there
 * @param versionId the version to read; null for the latest
 */
public record ObjectPin(S3Uri location, String etag, String versionId) {

    /** Whatever lies there now. */
    public static ObjectPin latest(S3Uri location) {
        return new ObjectPin(location, null, null);
    }

    /** The same object in the state with this ETag. */
    public ObjectPin withEtag(String newEtag) {
        return new ObjectPin(location, newEtag, versionId);
    }
}
