package io.jenkins.plugins.mlops.core.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code docker login} and {@code podman login} keep: {@code auths}, {@code credHelpers} and {@code credsStore} of a
 * {@code config.json} or {@code auth.json}. Logins for a part of a registry (podman's {@code host/namespace}) are not used. Immutable;
 * the file is read once.
 */
public final class DockerLogins implements RegistryCredentials {

    private static final String HUB_KEY = "https://index.docker.io/v1/";

    private final Path file;
    private final JsonNode config;
    private final CredentialHelper helper;

    private DockerLogins(Path file, JsonNode config, CredentialHelper helper) {
        this.file = file;
        this.config = config;
        this.helper = helper;
    }

    /**
     * The logins of this user: {@code $REGISTRY_AUTH_FILE}, else {@code $DOCKER_CONFIG/config.json}, else
     * {@code ~/.docker/config.json}; none without the file.
     *
     * @throws MlopsException of kind USAGE when the file is no JSON
     */
    public static RegistryCredentials of(Map<String, String> environment) {
        Path file = file(environment);
        return Files.exists(file)
                ? new DockerLogins(file, Documents.read(file, JsonNode.class), new CredentialHelper(environment))
                : RegistryCredentials.NONE;
    }

    private static Path file(Map<String, String> environment) {
        String named = environment.getOrDefault("REGISTRY_AUTH_FILE", "");
        if (!named.isBlank()) {
            return Path.of(named);
        }
        String directory = environment.getOrDefault("DOCKER_CONFIG", "");
        return (directory.isBlank()
                        ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".docker")
                        : Path.of(directory))
                .resolve("config.json");
    }

    @Override
    public Optional<Login> of(String registry) {
        String server = registry.equals(ImageReference.DOCKER_HUB) ? HUB_KEY : registry;
        String own = config.path("credHelpers").path(server).asText("");
        String all = config.path("credsStore").asText("");
        Optional<Login> found = Optional.empty();
        if (!own.isEmpty()) {
            return helper.login(own, server);
        }
        if (!all.isEmpty()) {
            found = helper.login(all, server);
        }
        return found.isPresent() ? found : written(registry);
    }

    private Optional<Login> written(String registry) {
        for (Map.Entry<String, JsonNode> entry : config.path("auths").properties()) {
            if (registry.equals(host(entry.getKey()))) {
                return login(entry.getValue());
            }
        }
        return Optional.empty();
    }

    /** The registry that a key is for: older ones are URLs of its first API. */
    private static String host(String key) {
        String bare = key.replaceFirst("^https?://", "").replaceFirst("/(v1|v2)?/?$", "");
        return bare.equals("index.docker.io") || bare.equals("registry-1.docker.io") ? ImageReference.DOCKER_HUB : bare;
    }

    private Optional<Login> login(JsonNode entry) {
        String token = entry.path("identitytoken").asText("");
        String encoded = entry.path("auth").asText("");
        if (encoded.isEmpty()) {
            return token.isEmpty() ? Optional.empty() : Optional.of(new Login("", "", token));
        }
        try {
            String pair = new String(Base64.getDecoder().decode(encoded.strip()), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon > 0) {
                return Optional.of(
                        new Login(pair.substring(0, colon), pair.substring(colon + 1), token.isEmpty() ? null : token));
            }
        } catch (IllegalArgumentException e) {
            throw broken(); // the cause may quote the secret
        }
        throw broken();
    }

    private MlopsException broken() {
        return MlopsException.usage(
                "A login in " + file + " is not the Base64 of user:password: log in to that registry again");
    }
}
