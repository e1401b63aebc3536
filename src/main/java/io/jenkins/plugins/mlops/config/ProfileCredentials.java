package io.jenkins.plugins.mlops.config;

import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Run;
import hudson.security.ACL;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/**
 * The credentials that profiles name. They are an administrator's, so they are looked up as Jenkins itself, in the global
 * and system scopes; a folder cannot put its own in their place.
 */
final class ProfileCredentials {

    private ProfileCredentials() {}

    @CheckForNull
    static ObjectStoreSettings.Credentials objectStore(ObjectStoreProfile profile, @CheckForNull Run<?, ?> run) {
        String id = profile.getCredentialsId();
        if (id == null) {
            return null;
        }
        StandardUsernamePasswordCredentials found = find(id, StandardUsernamePasswordCredentials.class);
        if (found == null) {
            throw missing("object store " + profile.getName(), id, "user name and password");
        }
        track(run, found);
        return new ObjectStoreSettings.Credentials(
                found.getUsername(), found.getPassword().getPlainText(), null);
    }

    @CheckForNull
    static MlflowSettings.Credentials mlflow(MlflowProfile profile, @CheckForNull Run<?, ?> run) {
        String id = profile.getCredentialsId();
        if (id == null) {
            return null;
        }
        StandardUsernamePasswordCredentials user = find(id, StandardUsernamePasswordCredentials.class);
        if (user != null) {
            track(run, user);
            return new MlflowSettings.Credentials(
                    user.getUsername(), user.getPassword().getPlainText(), null);
        }
        StringCredentials token = find(id, StringCredentials.class);
        if (token == null) {
            throw missing("MLflow server " + profile.getName(), id, "user name and password, or secret text");
        }
        track(run, token);
        return new MlflowSettings.Credentials(null, null, token.getSecret().getPlainText());
    }

    private static <C extends StandardCredentials> C find(String id, Class<C> type) {
        return CredentialsMatchers.firstOrNull(
                CredentialsProvider.lookupCredentialsInItemGroup(type, Jenkins.get(), ACL.SYSTEM2, List.of()),
                CredentialsMatchers.withId(id));
    }

    private static void track(@CheckForNull Run<?, ?> run, StandardCredentials credentials) {
        if (run != null) {
            CredentialsProvider.track(run, credentials);
        }
    }

    private static MlopsException missing(String what, String id, String kind) {
        return MlopsException.usage("The credentials '" + id + "' of the " + what
                + " do not exist: an administrator adds them as " + kind + " in the global domain");
    }
}
