package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.address.ServerAddress;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.net.URI;
import picocli.CommandLine.Option;

/**
 * Which servers a command uses. An option wins over the environment, the environment over {@code mlops.yaml}. Credentials
 * come from the environment alone; since they were given for the server named there or by an option, a server that only
 * {@code mlops.yaml} names is not sent them: that is refused.
 */
public final class ServerOptions {

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "Object store; else AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, else mlops.yaml, else AWS.")
    private String endpoint;

    @Option(
            names = "--region",
            paramLabel = "NAME",
            description = "Region; else AWS_REGION or AWS_DEFAULT_REGION, else mlops.yaml, else us-east-1.")
    private String region;

    @Option(
            names = "--tracking-uri",
            paramLabel = "URL",
            description = "MLflow server; else MLFLOW_TRACKING_URI, else mlops.yaml.")
    private String trackingUri;

    /** The object store, with the credentials of the environment. */
    public ObjectStoreSettings objectStore(Host host) {
        return objectStore(host, objectStoreCredentials(host), "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL_S3");
    }

    /**
     * The object store, with other credentials.
     *
     * @param credentials null for none
     * @param credentialsVariable where they come from
     * @param endpointVariable which variable says that they are for an endpoint that only mlops.yaml names
     */
    ObjectStoreSettings objectStore(
            Host host,
            ObjectStoreSettings.Credentials credentials,
            String credentialsVariable,
            String endpointVariable) {
        ConfigurationFile.S3 file = ConfigurationFile.of(host).s3();
        String chosenRegion = region(host);
        String named = first(endpoint, host.variable("AWS_ENDPOINT_URL_S3"), host.variable("AWS_ENDPOINT_URL"));
        URI uri;
        if (named != null) {
            uri = ServerAddress.parseRoot("The object store's endpoint", named).uri();
        } else if (file != null && file.endpoint() != null) {
            uri = ServerAddress.parseRoot(
                            "s3.endpoint in mlops.yaml", file.endpoint().toString())
                    .uri();
            if (credentials != null) {
                throw foreignServer("s3.endpoint", uri, credentialsVariable, endpointVariable);
            }
        } else {
            uri = URI.create("https://s3." + chosenRegion + ".amazonaws.com");
        }
        return new ObjectStoreSettings(uri, chosenRegion, credentials);
    }

    /** The object store's region. */
    String region(Host host) {
        ConfigurationFile.S3 file = ConfigurationFile.of(host).s3();
        return first(
                region,
                host.variable("AWS_REGION"),
                host.variable("AWS_DEFAULT_REGION"),
                file == null ? null : file.region(),
                "us-east-1");
    }

    /**
     * The MLflow server, with the credentials of the environment.
     *
     * @throws MlopsException of kind USAGE when none is named
     */
    public MlflowSettings mlflow(Host host) {
        ConfigurationFile.Mlflow file = ConfigurationFile.of(host).mlflow();
        String named = first(trackingUri, host.variable("MLFLOW_TRACKING_URI"));
        MlflowSettings.Credentials credentials = mlflowCredentials(host);
        if (named != null) {
            return new MlflowSettings(
                    ServerAddress.parse("The MLflow tracking URI", named).uri(), credentials);
        }
        if (file != null && file.trackingUri() != null) {
            URI uri = ServerAddress.parse(
                            "mlflow.trackingUri in mlops.yaml",
                            file.trackingUri().toString())
                    .uri();
            if (credentials != null) {
                throw foreignServer("mlflow.trackingUri", uri, "MLFLOW_TRACKING_*", "MLFLOW_TRACKING_URI");
            }
            return new MlflowSettings(uri, null);
        }
        throw MlopsException.usage("No MLflow server is named: set MLFLOW_TRACKING_URI or give --tracking-uri");
    }

    /** Whether an MLflow server is named at all. */
    public boolean hasMlflow(Host host) {
        ConfigurationFile.Mlflow file = ConfigurationFile.of(host).mlflow();
        return first(trackingUri, host.variable("MLFLOW_TRACKING_URI")) != null
                || file != null && file.trackingUri() != null;
    }

    private static ObjectStoreSettings.Credentials objectStoreCredentials(Host host) {
        String id = host.variable("AWS_ACCESS_KEY_ID");
        String secret = host.variable("AWS_SECRET_ACCESS_KEY");
        if (id == null && secret == null) {
            return null;
        }
        if (id == null || secret == null) {
            throw MlopsException.usage(
                    "Of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is set: set both or none");
        }
        return new ObjectStoreSettings.Credentials(id, secret, host.variable("AWS_SESSION_TOKEN"));
    }

    private static MlflowSettings.Credentials mlflowCredentials(Host host) {
        String token = host.variable("MLFLOW_TRACKING_TOKEN");
        String user = host.variable("MLFLOW_TRACKING_USERNAME");
        String password = host.variable("MLFLOW_TRACKING_PASSWORD");
        if (token != null) {
            return new MlflowSettings.Credentials(null, null, token);
        }
        if (user == null && password == null) {
            return null;
        }
        if (user == null || password == null) {
            throw MlopsException.usage(
                    "Of MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD only one is set: set both or none");
        }
        return new MlflowSettings.Credentials(user, password, null);
    }

    static MlopsException foreignServer(String key, URI uri, String credentials, String variable) {
        return MlopsException.refused("mlops.yaml names " + key + " " + uri + ", but the credentials in " + credentials
                + " were not given for it: set " + variable + " to that address if they are, or unset them");
    }

    private static String first(String... values) {
        for (String value : values) {
            if (value != null) {
                return value;
            }
        }
        return null;
    }
}
