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
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
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

/** An MLflow server. */
public class MlflowProfile extends ServerProfile<MlflowProfile> {

    private final String url;
    private String artifactStore;
    private String trainingCredentialsId;

    @DataBoundConstructor
    public MlflowProfile(String name, String url) {
        super(name);
        this.url = Util.fixEmptyAndTrim(url);
    }

    public String getUrl() {
        return url;
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

    /**
     * Id of the credentials that training code gets, and what runs on agents; null for those that Jenkins itself uses. They are meant to
     * be allowed less: to log to runs, but not to move aliases.
     */
    @CheckForNull
    public String getTrainingCredentialsId() {
        return trainingCredentialsId;
    }

    @DataBoundSetter
    public void setTrainingCredentialsId(@CheckForNull String trainingCredentialsId) {
        this.trainingCredentialsId = Util.fixEmptyAndTrim(trainingCredentialsId);
    }

    /** As {@link #settings}, for training code and agents. */
    @NonNull
    public MlflowSettings trainingSettings(@CheckForNull Run<?, ?> run) {
        return trainingCredentialsId == null
                ? settings(run)
                : new MlflowSettings(
                        address().uri(),
                        ProfileCredentials.MLFLOW
                                .find(trainingCredentialsId, address().toString(), label(), run)
                                .map(MlflowProfile::authorization)
                                .orElse(null));
    }

    /**
     * Makes an experiment when it is missing, so that trainings can log to it: in their name, where they have credentials of their own.
     * Without those the run makes it.
     */
    public void makeExperiment(String experiment, @CheckForNull Run<?, ?> run) {
        if (trainingCredentialsId != null) {
            try (MlflowServer trainings = MlflowServer.connect(trainingSettings(run), null)) {
                trainings.makeExperiment(experiment);
            }
        }
    }

    /** As {@link ObjectStoreProfile#settings}. */
    @NonNull
    public MlflowSettings settings(@CheckForNull Run<?, ?> run) {
        return new MlflowSettings(
                address().uri(),
                ProfileCredentials.MLFLOW
                        .find(this, run)
                        .map(MlflowProfile::authorization)
                        .orElse(null));
    }

    private static MlflowSettings.Credentials authorization(StandardCredentials credentials) {
        if (credentials instanceof StringCredentials token) {
            return new MlflowSettings.Credentials(null, null, token.getSecret().getPlainText());
        }
        StandardUsernamePasswordCredentials user = (StandardUsernamePasswordCredentials) credentials;
        return new MlflowSettings.Credentials(
                user.getUsername(), user.getPassword().getPlainText(), null);
    }

    /** Settings of {@link #getArtifactStore}, or null. */
    @CheckForNull
    public ObjectStoreSettings artifactStoreSettings(@CheckForNull Run<?, ?> run) {
        return artifactStore == null ? null : artifactStore().settings(run);
    }

    /** The profile that {@link #getArtifactStore} names, which must not be null. */
    @NonNull
    public ObjectStoreProfile artifactStore() {
        return MlopsConfiguration.get().objectStore(artifactStore);
    }

    /** A connection from this JVM; to be closed. */
    @NonNull
    public MlflowServer connect(@CheckForNull Run<?, ?> run) {
        return MlflowServer.connect(settings(run), artifactStoreSettings(run));
    }

    @Override
    String label() {
        return "MLflow server '" + getName() + "'";
    }

    @Override
    ServerAddress address() {
        return ServerAddress.parse("The URL of the " + label(), typed(url));
    }

    @Extension
    @Symbol("mlflowServer")
    public static class DescriptorImpl extends Descriptor<MlflowProfile> {

        @NonNull
        @Override
        public String getDisplayName() {
            return "MLflow server";
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckName(@QueryParameter String value, @QueryParameter String savedName) {
            return ProfileForm.checkName(
                    value, savedName, MlopsConfiguration.get().getMlflowServers());
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckUrl(@QueryParameter String value, @QueryParameter String credentialsId) {
            return ProfileForm.checkAddress(() -> ServerAddress.parse("The URL", typed(value)), credentialsId);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckCredentialsId(@QueryParameter String value, @QueryParameter String url) {
            return ProfileCredentials.MLFLOW.check(value, url);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String savedCredentialsId) {
            return ProfileCredentials.MLFLOW.items(savedCredentialsId);
        }

        /** Trainings with the credentials of promotions are no less able than those. */
        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckTrainingCredentialsId(
                @QueryParameter String value, @QueryParameter String url, @QueryParameter String credentialsId) {
            FormValidation found = ProfileCredentials.MLFLOW.check(value, url);
            String id = Util.fixEmptyAndTrim(value);
            return found.kind == FormValidation.Kind.OK
                            && id != null
                            && id.equals(credentialsId)
                            && Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                    ? FormValidation.warning(
                            "These are the credentials that promotions use: training code with them can"
                                    + " move aliases around the gate")
                    : found;
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillTrainingCredentialsIdItems(@QueryParameter String savedTrainingCredentialsId) {
            return ProfileCredentials.MLFLOW.items(savedTrainingCredentialsId);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckArtifactStore(@QueryParameter String value) {
            return ProfileForm.check(() -> {
                if (Util.fixEmptyAndTrim(value) != null) {
                    MlopsConfiguration.get().objectStore(value.trim());
                }
            });
        }

        /** The object stores that are saved; the one that was chosen stays even if it is gone, so that saving loses nothing. */
        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillArtifactStoreItems(@QueryParameter String savedArtifactStore) {
            ListBoxModel items = new ListBoxModel();
            items.add("none: the server passes them on", "");
            if (Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                MlopsConfiguration.get().getObjectStores().forEach(store -> items.add(store.getName()));
            }
            String saved = Util.fixEmptyAndTrim(savedArtifactStore);
            if (saved != null && items.stream().noneMatch(item -> item.value.equals(saved))) {
                items.add(saved);
            }
            return items;
        }

        /** Tries out what the form says, saved or not. */
        @RequirePOST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doTestConnection(
                @QueryParameter String name, @QueryParameter String url, @QueryParameter String credentialsId) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            MlflowProfile profile = new MlflowProfile(name, url);
            profile.setCredentialsId(credentialsId);
            return ServerProbe.run(() -> new MlflowQuestion(profile.settings(null)));
        }
    }
}
