package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.net.URI;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** An MLflow server. */
public class MlflowProfile extends AbstractDescribableImpl<MlflowProfile> {

    private final String name;
    private final String url;
    private String credentialsId;
    private String artifactStore;

    @DataBoundConstructor
    public MlflowProfile(String name, String url) {
        this.name = Util.fixEmptyAndTrim(name);
        this.url = Util.fixEmptyAndTrim(url);
    }

    public String getName() {
        return name;
    }

    public String getUrl() {
        return url;
    }

    /** A user name and password, or a secret text that is a bearer token; null for none. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** Name of the object store profile that holds the artifacts when the server does not proxy them; null when it does. */
    @CheckForNull
    public String getArtifactStore() {
        return artifactStore;
    }

    @DataBoundSetter
    public void setArtifactStore(@CheckForNull String artifactStore) {
        this.artifactStore = Util.fixEmptyAndTrim(artifactStore);
    }

    /** As {@link ObjectStoreProfile#settings}. */
    @NonNull
    public MlflowSettings settings(@CheckForNull Run<?, ?> run) {
        return new MlflowSettings(URI.create(url), ProfileCredentials.mlflow(this, run));
    }

    /** Settings of {@link #getArtifactStore}, or null. */
    @CheckForNull
    public ObjectStoreSettings artifactStoreSettings(@CheckForNull Run<?, ?> run) {
        return artifactStore == null
                ? null
                : MlopsConfiguration.get().objectStore(artifactStore).settings(run);
    }

    /** A connection from this JVM; to be closed. */
    @NonNull
    public MlflowServer connect(@CheckForNull Run<?, ?> run) {
        return MlflowServer.connect(settings(run), artifactStoreSettings(run));
    }

    @Extension
    @Symbol("mlflowServer")
    public static class DescriptorImpl extends Descriptor<MlflowProfile> {
        @NonNull
        @Override
        public String getDisplayName() {
            return "MLflow server";
        }
    }
}
