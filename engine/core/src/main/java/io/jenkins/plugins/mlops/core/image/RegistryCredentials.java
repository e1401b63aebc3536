package io.jenkins.plugins.mlops.core.image;

import java.util.Optional;

/** Who we are at a registry. Thread-safe. */
@FunctionalInterface
public interface RegistryCredentials {

    /** Nobody, anywhere. */
    RegistryCredentials NONE = registry -> Optional.empty();

    /**
     * The credentials for one registry, and no other.
     *
     * @param registry host, with port where one is named; {@code docker.io} for Docker Hub
     */
    Optional<Login> of(String registry);

    /**
     * A user with a password, or the identity token that a login left instead of one.
     *
     * @param identityToken a refresh token for the token service, or null
     */
    record Login(String username, String password, String identityToken) {
        /** Says who, never with which secret. */
        @Override
        public String toString() {
            return "Login[" + username + "]";
        }
    }

    /** These credentials, and where they have none, others. */
    default RegistryCredentials or(RegistryCredentials others) {
        return registry -> of(registry).or(() -> others.of(registry));
    }
}
