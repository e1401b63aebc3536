package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * Where an object store is and who asks. Credentials belong to this endpoint and are sent to no other.
 *
 * @param endpoint scheme, host and port, without a path
 * @param region as the signature wants it; {@code us-east-1} where a store knows none
 * @param credentials null for anonymous access
 */
public record ObjectStoreSettings(URI endpoint, String region, Credentials credentials) {

    /** It becomes a part of host names. */
    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?");

    public ObjectStoreSettings {
        requireRegion(region);
    }

    /** @throws MlopsException of kind USAGE when it is no name of a region */
    public static void requireRegion(String region) {
        if (!REGION.matcher(region).matches()) {
            throw MlopsException.usage("'" + region
                    + "' is no name of a region: letters, digits and hyphens are wanted, as" + " in us-east-1");
        }
    }

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
