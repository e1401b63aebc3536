package io.jenkins.plugins.mlops.config;

import com.cloudbees.plugins.credentials.common.StandardCredentials;
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
import io.jenkins.plugins.mlops.core.bitbucket.Bitbucket;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketSettings;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;
import org.kohsuke.stapler.verb.POST;

/** A Bitbucket Data Center, or Bitbucket Cloud: where events of merges come from, and where builds are told about. */
public class BitbucketProfile extends ServerProfile<BitbucketProfile> {

    private final String url;
    private boolean cloud;
    private String webhookSecretId;
    private String previousWebhookSecretId;
    private boolean reportStatus = true;
    private boolean reportGates = true;
    private boolean reportComment = true;
    private boolean reportFromPipelines;

    /** @param url may be null for Cloud */
    @DataBoundConstructor
    public BitbucketProfile(String name, @CheckForNull String url) {
        super(name);
        this.url = Util.fixEmptyAndTrim(url);
    }

    /** Data Center: the base URL that users open. Cloud: where its API begins, null for where it always does. */
    @CheckForNull
    public String getUrl() {
        return url;
    }

    public boolean isCloud() {
        return cloud;
    }

    @DataBoundSetter
    public void setCloud(boolean cloud) {
        this.cloud = cloud;
    }

    /** Id of the secret text with which events are signed; null for none, and then no event is taken. */
    @CheckForNull
    public String getWebhookSecretId() {
        return webhookSecretId;
    }

    @DataBoundSetter
    public void setWebhookSecretId(@CheckForNull String webhookSecretId) {
        this.webhookSecretId = Util.fixEmptyAndTrim(webhookSecretId);
    }

    /** Id of the secret that was used before and holds as well, while the webhooks are moved to the new one; null for none. */
    @CheckForNull
    public String getPreviousWebhookSecretId() {
        return previousWebhookSecretId;
    }

    @DataBoundSetter
    public void setPreviousWebhookSecretId(@CheckForNull String previousWebhookSecretId) {
        this.previousWebhookSecretId = Util.fixEmptyAndTrim(previousWebhookSecretId);
    }

    /** Whether commits are told how their builds are. */
    public boolean isReportStatus() {
        return reportStatus;
    }

    @DataBoundSetter
    public void setReportStatus(boolean reportStatus) {
        this.reportStatus = reportStatus;
    }

    /** Whether commits get a report of each gate of their builds. */
    public boolean isReportGates() {
        return reportGates;
    }

    @DataBoundSetter
    public void setReportGates(boolean reportGates) {
        this.reportGates = reportGates;
    }

    /** Whether a job keeps a comment on the pull requests of its builds. */
    public boolean isReportComment() {
        return reportComment;
    }

    @DataBoundSetter
    public void setReportComment(boolean reportComment) {
        this.reportComment = reportComment;
    }

    /**
     * Whether a pipeline may say itself what it reports to: any commit and pull request that the credentials reach. Else only builds of
     * merges report.
     */
    public boolean isReportFromPipelines() {
        return reportFromPipelines;
    }

    @DataBoundSetter
    public void setReportFromPipelines(boolean reportFromPipelines) {
        this.reportFromPipelines = reportFromPipelines;
    }

    List<String> webhookSecretIds() {
        return EventSecrets.ids(webhookSecretId, previousWebhookSecretId);
    }

    /** The secrets that hold now, which may be none. */
    @NonNull
    public List<String> webhookSecrets() {
        return EventSecrets.of(webhookSecretIds(), this);
    }

    /** As {@link ObjectStoreProfile#settings}. */
    @NonNull
    public BitbucketSettings settings(@CheckForNull Run<?, ?> run) {
        return new BitbucketSettings(
                kind(),
                address().uri(),
                ProfileCredentials.BITBUCKET
                        .find(this, run)
                        .map(BitbucketProfile::authorization)
                        .orElse(null));
    }

    /** A connection from this JVM; to be closed. */
    @NonNull
    public Bitbucket connect(@CheckForNull Run<?, ?> run) {
        return Bitbucket.connect(settings(run));
    }

    @NonNull
    public BitbucketKind kind() {
        return cloud ? BitbucketKind.CLOUD : BitbucketKind.DATA_CENTER;
    }

    private static BitbucketSettings.Credentials authorization(StandardCredentials credentials) {
        if (credentials instanceof StringCredentials token) {
            return new BitbucketSettings.Credentials(
                    null, null, token.getSecret().getPlainText());
        }
        StandardUsernamePasswordCredentials user = (StandardUsernamePasswordCredentials) credentials;
        return new BitbucketSettings.Credentials(
                user.getUsername(), user.getPassword().getPlainText(), null);
    }

    @Override
    String label() {
        return "Bitbucket server '" + getName() + "'";
    }

    @Override
    ServerAddress address() {
        return address("The URL of the " + label(), url, cloud);
    }

    private static ServerAddress address(String what, @CheckForNull String url, boolean cloud) {
        return ServerAddress.parse(
                what, cloud && Util.fixEmptyAndTrim(url) == null ? BitbucketSettings.CLOUD_API.toString() : typed(url));
    }

    @Extension
    @Symbol("bitbucketServer")
    public static class DescriptorImpl extends Descriptor<BitbucketProfile> {

        @NonNull
        @Override
        public String getDisplayName() {
            return "Bitbucket server";
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckName(@QueryParameter String value, @QueryParameter String savedName) {
            return ProfileForm.checkName(
                    value, savedName, MlopsConfiguration.get().getBitbucketServers());
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckUrl(
                @QueryParameter String value, @QueryParameter boolean cloud, @QueryParameter String credentialsId) {
            return ProfileForm.checkAddress(() -> address("The URL", value, cloud), credentialsId);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckCredentialsId(@QueryParameter String value, @QueryParameter String url) {
            return ProfileCredentials.BITBUCKET.check(value, url);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String savedCredentialsId) {
            return ProfileCredentials.BITBUCKET.items(savedCredentialsId);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckWebhookSecretId(@QueryParameter String value, @QueryParameter String url) {
            if (Util.fixEmptyAndTrim(value) == null && Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                return FormValidation.warning("Without a secret no event of this server is taken");
            }
            return ProfileCredentials.WEBHOOK_SECRET.check(value, url);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillWebhookSecretIdItems(@QueryParameter String savedWebhookSecretId) {
            return ProfileCredentials.WEBHOOK_SECRET.items(savedWebhookSecretId);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckPreviousWebhookSecretId(@QueryParameter String value, @QueryParameter String url) {
            return ProfileCredentials.WEBHOOK_SECRET.check(value, url);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillPreviousWebhookSecretIdItems(@QueryParameter String savedPreviousWebhookSecretId) {
            return ProfileCredentials.WEBHOOK_SECRET.items(savedPreviousWebhookSecretId);
        }

        /** Tries out what the form says, saved or not. */
        @RequirePOST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doTestConnection(
                @QueryParameter String name,
                @QueryParameter String url,
                @QueryParameter boolean cloud,
                @QueryParameter String credentialsId,
                @QueryParameter String testRepository) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            BitbucketProfile profile = new BitbucketProfile(name, url);
            profile.setCloud(cloud);
            profile.setCredentialsId(credentialsId);
            return ServerProbe.run(
                    () -> new BitbucketQuestion(profile.settings(null), Util.fixEmptyAndTrim(testRepository)));
        }
    }
}
