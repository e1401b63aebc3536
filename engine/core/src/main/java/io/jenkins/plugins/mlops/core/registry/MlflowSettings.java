package io.jenkins.plugins.mlops.core.registry;

import java.net.URI;

/**
 * Where an MLflow server is and who asks. Credentials belong to this server and are sent to no other.
 *
 * @param trackingUri http or https
 * @param credentials null for none
 */
public record MlflowSettings(URI trackingUri, Credentials credentials) {

    /**
     * What is sent in the Authorization header: the token when there is one, else user and password.
     *
     * @param token a bearer token, or null
     */
    public record Credentials(String username, String password, String token) {
        /** Says who asks, never with which secret. */
        @Override
        public String toString() {
            return "Credentials[" + (token == null ? username : "bearer token") + "]";
        }
    }
}
