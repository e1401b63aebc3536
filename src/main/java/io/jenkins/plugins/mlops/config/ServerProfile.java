package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.Describable;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.address.ServerAddress;
import java.util.Objects;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * A server under a name. Whatever was typed is kept as it is, so that a form or a file can be mended; {@link #check} is what
 * the configuration asks before it takes a profile over.
 *
 * @param <P> the profile's own class
 */
public abstract class ServerProfile<P extends ServerProfile<P>> implements Describable<P> {

    private final String name;
    private String credentialsId;

    ServerProfile(@CheckForNull String name) {
        this.name = Util.fixEmptyAndTrim(name);
    }

    public String getName() {
        return name;
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

    /** What it is, for sentences: "object store 'minio'". */
    @NonNull
    abstract String label();

    /** @throws MlopsException of kind USAGE when what was typed is none */
    @NonNull
    abstract ServerAddress address();

    /** @throws MlopsException of kind USAGE when the profile cannot be used as it is */
    void check() {
        new ProfileName(name);
        address();
    }

    /** What was typed, for {@link ServerAddress} to judge. */
    static String typed(@CheckForNull String text) {
        return Objects.requireNonNullElse(text, "");
    }
}
