package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.address.ServerAddress;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.training.PodPlanning;
import java.net.URI;

/**
 * An object store for one purpose, which may have an endpoint and credentials of its own: {@code <PREFIX>_ENDPOINT_URL},
 * {@code <PREFIX>_ACCESS_KEY_ID}, {@code <PREFIX>_SECRET_ACCESS_KEY} and {@code <PREFIX>_SESSION_TOKEN}. What is not set is that of
 * the object store; credentials go to the endpoint that they were given for alone.
 *
 * @param prefix of the variables
 * @param what the store's name in sentences
 * @param fileKey its endpoint's key in mlops.yaml; null when there is none
 */
public record OwnObjectStore(String prefix, String what, String fileKey) {

    /** Where evaluation sets are. */
    public static final OwnObjectStore EVALUATION =
            new OwnObjectStore(PodPlanning.EVALUATION_KEYS, "evaluation set's object store", null);

    /**
     * Endpoint and credentials.
     *
     * @param inFile the endpoint in mlops.yaml, where that names the store; else null
     * @throws MlopsException of kind USAGE for contradictory settings, REFUSED when credentials would go where they were not given for
     */
    public ObjectStoreSettings settings(Host host, ServerOptions servers, URI inFile) {
        String own = host.variable(endpoint());
        ObjectStoreSettings.Credentials credentials = credentials(host);
        if (own != null) {
            URI endpoint =
                    ServerAddress.parseRoot("The " + what + "'s endpoint", own).uri();
            return new ObjectStoreSettings(
                    endpoint,
                    servers.region(host),
                    credentials != null ? credentials : objectStoresAt(endpoint, host, servers, endpoint()));
        }
        if (inFile != null) {
            URI endpoint = ServerAddress.parseRoot(fileKey + " in mlops.yaml", inFile.toString())
                    .uri();
            if (credentials != null) {
                throw ServerOptions.foreignServer(fileKey, endpoint, accessKey(), endpoint());
            }
            return new ObjectStoreSettings(
                    endpoint, servers.region(host), objectStoresAt(endpoint, host, servers, "mlops.yaml"));
        }
        return credentials == null
                ? servers.objectStore(host)
                : servers.objectStore(host, credentials, accessKey(), endpoint());
    }

    /** The object store's credentials, if they were given for that endpoint. */
    private ObjectStoreSettings.Credentials objectStoresAt(
            URI endpoint, Host host, ServerOptions servers, String namedBy) {
        ObjectStoreSettings store = servers.objectStore(host);
        if (store.credentials() != null && !store.endpoint().equals(endpoint)) {
            throw MlopsException.refused(namedBy + " names the " + what + "'s endpoint " + endpoint
                    + ", but the credentials in AWS_ACCESS_KEY_ID were given for " + store.endpoint() + ": set "
                    + endpoint() + " to the former, and " + accessKey() + " and " + secretKey());
        }
        return store.credentials();
    }

    private ObjectStoreSettings.Credentials credentials(Host host) {
        String id = host.variable(accessKey());
        String secret = host.variable(secretKey());
        if (id == null && secret == null) {
            return null;
        }
        if (id == null || secret == null) {
            throw MlopsException.usage(
                    "Of " + accessKey() + " and " + secretKey() + " only one is set: set both or none");
        }
        return new ObjectStoreSettings.Credentials(id, secret, host.variable(prefix + "_SESSION_TOKEN"));
    }

    private String endpoint() {
        return prefix + "_ENDPOINT_URL";
    }

    private String accessKey() {
        return prefix + "_ACCESS_KEY_ID";
    }

    private String secretKey() {
        return prefix + "_SECRET_ACCESS_KEY";
    }
}
