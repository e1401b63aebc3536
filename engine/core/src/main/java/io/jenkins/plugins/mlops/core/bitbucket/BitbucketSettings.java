package io.jenkins.plugins.mlops.core.bitbucket;

import java.net.URI;
import java.util.Objects;

/**
 * Where a Bitbucket is and who asks. Credentials belong to this server and are sent to no other.
 *
 * @param address Data Center: the base URL that users open; Cloud: where its API begins, {@link #CLOUD_API}
 * @param credentials null for none
 */
public record BitbucketSettings(BitbucketKind kind, URI address, Credentials credentials) {

    /** The API of bitbucket.org. */
    public static final URI CLOUD_API = URI.create("https://api.bitbucket.org/2.0");

    public BitbucketSettings {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(address, "address");
    }

    /**
     * What is sent in the Authorization header: the token when there is one, else user and password.
     *
     * @param password of a user, or an app password or API token that belongs to the user
     * @param token an access token of a user, repository, project or workspace; or null
     */
    public record Credentials(String username, String password, String token) {
        /** Says who asks, never with which secret. */
        @Override
        public String toString() {
            return "Credentials[" + (token == null ? username : "access token") + "]";
        }
    }
}
