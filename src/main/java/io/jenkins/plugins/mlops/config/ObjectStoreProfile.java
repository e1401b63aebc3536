package io.jenkins.plugins.mlops.config;

import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Descriptor;
import hudson.model.Run;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.core.address.ServerAddress;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;
import org.kohsuke.stapler.verb.POST;

/** An S3 object store: MinIO, AWS, or another. */
public class ObjectStoreProfile extends ServerProfile<ObjectStoreProfile> {

    private static final String DEFAULT_REGION = "us-east-1";

    private final String endpoint;
    private String region;
    private String eventTokenId;
    private String previousEventTokenId;

    /** @param endpoint scheme, host and port */
    @DataBoundConstructor
    public ObjectStoreProfile(String name, String endpoint) {
        super(name);
        this.endpoint = Util.fixEmptyAndTrim(endpoint);
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

    /** Id of the secret text that notifications of its buckets come with; null for none, and then none is taken. */
    @CheckForNull
    public String getEventTokenId() {
        return eventTokenId;
    }

    @DataBoundSetter
    public void setEventTokenId(@CheckForNull String eventTokenId) {
        this.eventTokenId = Util.fixEmptyAndTrim(eventTokenId);
    }

    /** Id of the token that was used before and holds as well, while the store is moved to the new one; null for none. */
    @CheckForNull
    public String getPreviousEventTokenId() {
        return previousEventTokenId;
    }

    @DataBoundSetter
    public void setPreviousEventTokenId(@CheckForNull String previousEventTokenId) {
        this.previousEventTokenId = Util.fixEmptyAndTrim(previousEventTokenId);
    }

    List<String> eventTokenIds() {
        return EventSecrets.ids(eventTokenId, previousEventTokenId);
    }

    /** The tokens that hold now, which may be none. */
    @NonNull
    public List<String> eventTokens() {
        return EventSecrets.of(eventTokenIds(), this);
    }

    /**
     * Where it is and who asks, with the credentials as they are now. Never to be persisted.
     *
     * @param run whose use of the credentials is tracked, or null
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when the credentials do not exist
     */
    @NonNull
    public ObjectStoreSettings settings(@CheckForNull Run<?, ?> run) {
        return with(keys(run));
    }

    private ObjectStoreSettings with(@CheckForNull ObjectStoreSettings.Credentials keys) {
        return new ObjectStoreSettings(address().uri(), region == null ? DEFAULT_REGION : region, keys);
    }

    @CheckForNull
    private ObjectStoreSettings.Credentials keys(@CheckForNull Run<?, ?> run) {
        return ProfileCredentials.OBJECT_STORE
                .find(this, run)
                .map(StandardUsernamePasswordCredentials.class::cast)
                .map(keys -> new ObjectStoreSettings.Credentials(
                        keys.getUsername(), keys.getPassword().getPlainText(), null))
                .orElse(null);
    }

    @Override
    String label() {
        return "object store '" + getName() + "'";
    }

    @Override
    ServerAddress address() {
        return ServerAddress.parseRoot("The endpoint of the " + label(), typed(endpoint));
    }

    @Override
    void check() {
        super.check();
        with(null);
    }

    @Extension
    @Symbol("objectStore")
    public static class DescriptorImpl extends Descriptor<ObjectStoreProfile> {

        @NonNull
        @Override
        public String getDisplayName() {
            return "Object store";
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckName(@QueryParameter String value, @QueryParameter String savedName) {
            return ProfileForm.checkName(
                    value, savedName, MlopsConfiguration.get().getObjectStores());
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckEndpoint(@QueryParameter String value, @QueryParameter String credentialsId) {
            return ProfileForm.checkAddress(() -> ServerAddress.parseRoot("The endpoint", typed(value)), credentialsId);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckRegion(@QueryParameter String value) {
            return ProfileForm.check(() -> ObjectStoreSettings.requireRegion(
                    Util.fixEmptyAndTrim(value) == null ? DEFAULT_REGION : value.trim()));
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckCredentialsId(@QueryParameter String value, @QueryParameter String endpoint) {
            return ProfileCredentials.OBJECT_STORE.check(value, endpoint);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String savedCredentialsId) {
            return ProfileCredentials.OBJECT_STORE.items(savedCredentialsId);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckEventTokenId(@QueryParameter String value, @QueryParameter String endpoint) {
            return ProfileCredentials.WEBHOOK_SECRET.check(value, endpoint);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillEventTokenIdItems(@QueryParameter String savedEventTokenId) {
            return ProfileCredentials.WEBHOOK_SECRET.items(savedEventTokenId);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckPreviousEventTokenId(
                @QueryParameter String value, @QueryParameter String endpoint) {
            return ProfileCredentials.WEBHOOK_SECRET.check(value, endpoint);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillPreviousEventTokenIdItems(@QueryParameter String savedPreviousEventTokenId) {
            return ProfileCredentials.WEBHOOK_SECRET.items(savedPreviousEventTokenId);
        }

        /** Tries out what the form says, saved or not. */
        @RequirePOST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doTestConnection(
                @QueryParameter String name,
                @QueryParameter String endpoint,
                @QueryParameter String region,
                @QueryParameter String credentialsId,
                @QueryParameter String testLocation) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            ObjectStoreProfile profile = new ObjectStoreProfile(name, endpoint);
            profile.setRegion(region);
            profile.setCredentialsId(credentialsId);
            return ServerProbe.run(
                    () -> new ObjectStoreQuestion(profile.settings(null), Util.fixEmptyAndTrim(testLocation)));
        }
    }
}
