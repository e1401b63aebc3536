package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.net.URI;
import org.jenkinsci.remoting.SerializableOnlyOverRemoting;

/**
 * What an agent needs to reach an MLflow server: with the credentials of trainings, where the server has some, and without keys of an
 * object store. It travels to the agent and refuses to be persisted.
 */
final class MlflowAccess implements SerializableOnlyOverRemoting {

    private static final long serialVersionUID = 1L;

    private final String trackingUri;
    private final String username;
    private final String password;
    private final String token;

    MlflowAccess(MlflowProfile profile, Run<?, ?> run) {
        MlflowSettings settings = profile.trainingSettings(run);
        MlflowSettings.Credentials credentials = settings.credentials();
        trackingUri = settings.trackingUri().toString();
        username = credentials == null ? null : credentials.username();
        password = credentials == null ? null : credentials.password();
        token = credentials == null ? null : credentials.token();
    }

    /**
     * A connection from where this is; to be closed.
     *
     * @param store where artifacts lie that the server does not pass on, closed with the connection; null for none
     */
    MlflowServer connect(@CheckForNull ObjectStore store) {
        MlflowSettings.Credentials credentials =
                username == null && token == null ? null : new MlflowSettings.Credentials(username, password, token);
        return MlflowServer.over(new MlflowSettings(URI.create(trackingUri), credentials), store);
    }

    @Override
    public String toString() {
        return trackingUri;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        getChannelForSerialization();
        out.defaultWriteObject();
    }
}
