package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.address.ServerAddress;
import java.util.Objects;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * A server under a name.
 *
 * @param <P> the profile's own class
 */
public abstract class ServerProfile<P extends ServerProfile<P>> extends Profile<P> {

    private String credentialsId;

    ServerProfile(@CheckForNull String name) {
        super(name);
    }

    /** Id of credentials in Jenkins' global domain; null for none. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** @throws MlopsException of kind USAGE when what was typed is none */
    @NonNull
    abstract ServerAddress address();

    @Override
    void check() {
        super.check();
        address();
    }

    /** What was typed, for {@link ServerAddress} to judge. */
    static String typed(@CheckForNull String text) {
        return Objects.requireNonNullElse(text, "");
    }
}
