package io.jenkins.plugins.mlops.config;

import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Descriptor;
import hudson.model.Job;
import hudson.model.Run;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.image.RegistryCredentials;
import io.jenkins.plugins.mlops.core.image.RegistrySettings;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jenkins.model.Jenkins;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;
import org.kohsuke.stapler.verb.POST;

/**
 * A cluster that trainings run on: a cloud of the Kubernetes plugin, which has the address and the account, and what holds for
 * trainings there.
 */
public class TrainingCluster extends Profile<TrainingCluster> {

    private String cloud;
    private String namespace;
    private String store;
    private String evaluationStore;
    private String registry;
    private String registryCredentialsId;
    private String profile;

    @DataBoundConstructor
    public TrainingCluster(String name) {
        super(name);
    }

    /** Name of a cloud; null for the first of the Kubernetes plugin. */
    @CheckForNull
    public String getCloud() {
        return cloud;
    }

    @DataBoundSetter
    public void setCloud(@CheckForNull String cloud) {
        this.cloud = Util.fixEmptyAndTrim(cloud);
    }

    /** Where the workloads run; null for the cloud's. */
    @CheckForNull
    public String getNamespace() {
        return namespace;
    }

    @DataBoundSetter
    public void setNamespace(@CheckForNull String namespace) {
        this.namespace = Util.fixEmptyAndTrim(namespace);
    }

    /** Name of the object store profile that pods use; null for the first. */
    @CheckForNull
    public String getStore() {
        return store;
    }

    @DataBoundSetter
    public void setStore(@CheckForNull String store) {
        this.store = Util.fixEmptyAndTrim(store);
    }

    /** Name of the object store profile whose keys the pods of evaluations get for evaluation sets; null for {@link #getStore}. */
    @CheckForNull
    public String getEvaluationStore() {
        return evaluationStore;
    }

    @DataBoundSetter
    public void setEvaluationStore(@CheckForNull String evaluationStore) {
        this.evaluationStore = Util.fixEmptyAndTrim(evaluationStore);
    }

    /** Host, with its port if it has one, that the credentials are for; null for none. */
    @CheckForNull
    public String getRegistry() {
        return registry;
    }

    @DataBoundSetter
    public void setRegistry(@CheckForNull String registry) {
        this.registry = Util.fixEmptyAndTrim(registry);
    }

    /** With which Jenkins asks the registry for the digest of a tag; null for none. */
    @CheckForNull
    public String getRegistryCredentialsId() {
        return registryCredentialsId;
    }

    @DataBoundSetter
    public void setRegistryCredentialsId(@CheckForNull String registryCredentialsId) {
        this.registryCredentialsId = Util.fixEmptyAndTrim(registryCredentialsId);
    }

    /** YAML: defaults and limits, as in docs/kubernetes.md; null for none. */
    @CheckForNull
    public String getProfile() {
        return profile;
    }

    @DataBoundSetter
    public void setProfile(@CheckForNull String profile) {
        this.profile = Util.fixEmptyAndTrim(profile);
    }

    /** @throws MlopsException of kind USAGE that names line and column */
    @NonNull
    public ClusterProfile clusterProfile() {
        return parse(profile, "The profile of the " + label());
    }

    private static ClusterProfile parse(@CheckForNull String yaml, String what) {
        return yaml == null ? ClusterProfile.NONE : Documents.readYaml(yaml, what, ClusterProfile.class);
    }

    /**
     * The cloud, for a job that may use it.
     *
     * @param job null when nobody's job asks
     * @throws MlopsException of kind USAGE when there is none, REFUSED when the job may not use it
     */
    @NonNull
    public KubernetesCloud cloud(@CheckForNull Job<?, ?> job) {
        return CloudAccess.cloud(this, job);
    }

    /**
     * How to ask registries for digests. Never to be persisted.
     *
     * @param run whose use of the credentials is tracked, or null
     */
    @NonNull
    public RegistrySettings registries(@CheckForNull Run<?, ?> run) {
        if (registry == null) {
            return RegistrySettings.anonymous();
        }
        Optional<RegistryCredentials.Login> login = ProfileCredentials.REGISTRY
                .find(registryCredentialsId, "https://" + registry, label(), run)
                .map(StandardUsernamePasswordCredentials.class::cast)
                .map(user -> new RegistryCredentials.Login(
                        user.getUsername(), user.getPassword().getPlainText(), null));
        return new RegistrySettings(
                host -> host.equals(registry) ? login : Optional.empty(), Map.of(), Set.of(), null, Set.of());
    }

    @Override
    String label() {
        return "cluster '" + getName() + "'";
    }

    @Override
    void check() {
        super.check();
        clusterProfile();
        checkRegistry(registry, registryCredentialsId, label());
    }

    private static void checkRegistry(@CheckForNull String registry, @CheckForNull String credentials, String label) {
        if (registry != null && !ImageReference.isHost(registry)) {
            throw MlopsException.usage("The registry '" + registry + "' of the " + label
                    + " is no host: registry.example.org or registry.example.org:5000 is wanted");
        }
        if (registry == null && credentials != null) {
            throw MlopsException.usage(
                    "The " + label
                            + " has registry credentials, but no registry: name the host that they are for, so that no other gets them");
        }
    }

    @Extension
    @Symbol("trainingCluster")
    public static class DescriptorImpl extends Descriptor<TrainingCluster> {

        @NonNull
        @Override
        public String getDisplayName() {
            return "Cluster";
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckName(@QueryParameter String value, @QueryParameter String savedName) {
            return ProfileForm.checkName(
                    value, savedName, MlopsConfiguration.get().getClusters());
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckRegistry(
                @QueryParameter String value, @QueryParameter String registryCredentialsId) {
            return ProfileForm.check(() ->
                    checkRegistry(Util.fixEmptyAndTrim(value), Util.fixEmptyAndTrim(registryCredentialsId), "cluster"));
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckProfile(@QueryParameter String value) {
            return ProfileForm.check(() -> parse(Util.fixEmptyAndTrim(value), "The profile"));
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckRegistryCredentialsId(
                @QueryParameter String value, @QueryParameter String registry) {
            String host = Util.fixEmptyAndTrim(registry);
            return ProfileCredentials.REGISTRY.check(value, host == null ? null : "https://" + host);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillRegistryCredentialsIdItems(@QueryParameter String savedRegistryCredentialsId) {
            return ProfileCredentials.REGISTRY.items(savedRegistryCredentialsId);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillCloudItems(@QueryParameter String cloud) {
            return ProfileChoices.clouds(cloud);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillStoreItems(@QueryParameter String store) {
            return ProfileChoices.allObjectStores(store);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillEvaluationStoreItems(@QueryParameter String evaluationStore) {
            return ProfileChoices.allObjectStores(evaluationStore);
        }

        /** Tries out what the form says, saved or not. */
        @RequirePOST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doTestConnection(
                @QueryParameter String name, @QueryParameter String cloud, @QueryParameter String namespace) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            TrainingCluster cluster = new TrainingCluster(name);
            cluster.setCloud(cloud);
            cluster.setNamespace(namespace);
            return ServerProbe.run(() -> ClusterQuestion.of(cluster));
        }
    }
}
