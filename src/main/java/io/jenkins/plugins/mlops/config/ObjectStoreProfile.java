package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.net.URI;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** An S3 object store: MinIO, AWS, or another. */
public class ObjectStoreProfile extends AbstractDescribableImpl<ObjectStoreProfile> {

    private static final String DEFAULT_REGION = "us-east-1";

    private final String name;
    private final String endpoint;
    private String region;
    private String credentialsId;

    /** @param endpoint scheme, host and port */
    @DataBoundConstructor
    public ObjectStoreProfile(String name, String endpoint) {
        this.name = Util.fixEmptyAndTrim(name);
        this.endpoint = Util.fixEmptyAndTrim(endpoint);
    }

    public String getName() {
        return name;
    }

    public String getEndpoint() {
        return endpoint;
    }

    @CheckForNull
    public String getRegion() {
        return region;
    }

    @DataBoundSetter
    public void setRegion(@CheckForNull String region) {
        this.region = Util.fixEmptyAndTrim(region);
    }

    /** A user name (access key) and password (secret key); null for anonymous access. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /**
     * Where it is and who asks, with the credentials as they are now. Never to be persisted.
     *
     * @param run whose use of the credentials is tracked, or null
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when the credentials do not exist
     */
    @NonNull
    public ObjectStoreSettings settings(@CheckForNull Run<?, ?> run) {
        return new ObjectStoreSettings(
                URI.create(endpoint),
                region == null ? DEFAULT_REGION : region,
                ProfileCredentials.objectStore(this, run));
    }

    @Extension
    @Symbol("objectStore")
    public static class DescriptorImpl extends Descriptor<ObjectStoreProfile> {
        @NonNull
        @Override
        public String getDisplayName() {
            return "Object store";
        }
    }
}
