package io.jenkins.plugins.mlops.core.store;

import java.net.URI;

/**
 * Where an object store is and who asks. Credentials belong to this endpoint and are sent to no other.
 *
 * @param endpoint scheme, host and port, without a path
 * @param region as the signature wants it; {@code us-east-1} where a store knows none
 * @param credentials null for anonymous access
 */
public record ObjectStoreSettings(URI endpoint, String region, Credentials credentials) {

    /**
     * Access keys.
     *
     * @param sessionToken null for long-lived keys
     */
    public record Credentials(String accessKeyId, String secretAccessKey, String sessionToken) {
        /** Says whose keys they are, never what they are. */
        @Override
        public String toString() {
            return "Credentials[" + accessKeyId + "]";
        }
    }
}
