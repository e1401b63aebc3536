package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.io.Serializable;
import java.net.URI;

/**
 * What an agent needs to reach an MLflow server: with the credentials of trainings, where the server has some. It travels to the agent and is never persisted.
 */
final class MlflowAccess implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String trackingUri;
    private final String username;
    private final String password;
    private final String token;
    private final Store store;

    MlflowAccess(MlflowProfile profile, Run<?, ?> run) {
        MlflowSettings settings = profile.trainingSettings(run);
        MlflowSettings.Credentials credentials = settings.credentials();
        trackingUri = settings.trackingUri().toString();
        username = credentials == null ? null : credentials.username();
        password = credentials == null ? null : credentials.password();
        token = credentials == null ? null : credentials.token();
        ObjectStoreSettings artifacts = profile.artifactStoreSettings(run);
        store = artifacts == null ? null : new Store(artifacts);
    }

    /** A connection from where this is; to be closed. */
    MlflowServer connect() {
        MlflowSettings.Credentials credentials =
                username == null && token == null ? null : new MlflowSettings.Credentials(username, password, token);
        return MlflowServer.connect(
                new MlflowSettings(URI.create(trackingUri), credentials), store == null ? null : store.settings());
    }

    @Override
    public String toString() {
        return trackingUri;
    }

    /** Where the artifacts lie when the server does not pass them on. */
    private static final class Store implements Serializable {

        private static final long serialVersionUID = 1L;

        private final String endpoint;
        private final String region;
        private final String accessKeyId;
        private final String secretAccessKey;

        @CheckForNull
        private final String sessionToken;

        Store(ObjectStoreSettings settings) {
            ObjectStoreSettings.Credentials credentials = settings.credentials();
            endpoint = settings.endpoint().toString();
            region = settings.region();
            accessKeyId = credentials == null ? null : credentials.accessKeyId();
            secretAccessKey = credentials == null ? null : credentials.secretAccessKey();
            sessionToken = credentials == null ? null : credentials.sessionToken();
        }

        ObjectStoreSettings settings() {
            return new ObjectStoreSettings(
                    URI.create(endpoint),
                    region,
                    accessKeyId == null
                            ? null
                            : new ObjectStoreSettings.Credentials(accessKeyId, secretAccessKey, sessionToken));
        }
    }
}
