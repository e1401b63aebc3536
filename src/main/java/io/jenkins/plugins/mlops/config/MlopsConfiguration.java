package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.model.PersistentDescriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ByteSize;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import io.jenkins.plugins.mlops.network.JenkinsNetwork;
import io.jenkins.plugins.mlops.policy.FolderPolicy;
import io.jenkins.plugins.mlops.policy.PolicyText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import jenkins.model.GlobalConfiguration;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/**
 * The servers and clusters that an administrator lets the steps use, by name. The first of each kind is the default. A list is taken over
 * whole or not at all: one profile that cannot be used, or a name given twice, and nothing changes. Changing it needs the
 * permission to administer, not only to manage, since who can change a server's address gets its credentials sent.
 * Thread-safe: lists are replaced, never changed.
 */
@Extension
@Symbol("mlops")
public class MlopsConfiguration extends GlobalConfiguration implements PersistentDescriptor {

    // Plain lists, since Jenkins' XML cannot hold the JDK's immutable ones.
    private volatile List<ObjectStoreProfile> objectStores = new ArrayList<>();
    private volatile List<MlflowProfile> mlflowServers = new ArrayList<>();
    private volatile List<TrainingCluster> clusters = new ArrayList<>();
    private volatile List<BitbucketProfile> bitbucketServers = new ArrayList<>();
    private volatile List<FolderPolicy> policies = new ArrayList<>();
    private volatile ArrayList<String> anonymisedDatasets;
    private volatile String cardKeys;
    private volatile String signingKeyCredentialsId;
    private volatile String certificates;
    private volatile String cacheLimit;
    private volatile ArrayList<String> cacheLayers;

    @NonNull
    public static MlopsConfiguration get() {
        return ExtensionList.lookupSingleton(MlopsConfiguration.class);
    }

    @NonNull
    @Override
    public String getDisplayName() {
        return "MLOps Pipeline";
    }

    @NonNull
    public List<ObjectStoreProfile> getObjectStores() {
        return Collections.unmodifiableList(objectStores);
    }

    /**
     * A token for events that two stores share is refused: it would not tell which of them sent one.
     *
     * @throws MlopsException of kind USAGE that says what is wrong; then nothing has changed
     */
    @DataBoundSetter
    public void setObjectStores(List<ObjectStoreProfile> objectStores) {
        this.objectStores = checkedStores(objectStores);
        save();
    }

    private static List<ObjectStoreProfile> checkedStores(@CheckForNull List<ObjectStoreProfile> stores) {
        return EventSecrets.requireOwn(
                checked(stores), ObjectStoreProfile::eventTokenIds, "token for events", "object stores");
    }

    @NonNull
    public List<MlflowProfile> getMlflowServers() {
        return Collections.unmodifiableList(mlflowServers);
    }

    /**
     * As {@link #setObjectStores}. Whether artifact stores exist is not checked here, since configuration as code sets the two
     * lists in an order of its own.
     */
    @DataBoundSetter
    public void setMlflowServers(List<MlflowProfile> mlflowServers) {
        this.mlflowServers = checked(mlflowServers);
        save();
    }

    @NonNull
    public List<TrainingCluster> getClusters() {
        // Absent in what an older version has written.
        return clusters == null ? List.of() : Collections.unmodifiableList(clusters);
    }

    /** As {@link #setObjectStores}. Whether clouds and object stores exist is not checked here, as with artifact stores. */
    @DataBoundSetter
    public void setClusters(List<TrainingCluster> clusters) {
        this.clusters = checked(clusters);
        save();
    }

    @NonNull
    public List<BitbucketProfile> getBitbucketServers() {
        return bitbucketServers == null ? List.of() : Collections.unmodifiableList(bitbucketServers);
    }

    /** As {@link #setObjectStores}. A webhook secret that two servers share is refused: it would not tell which of them sent an event. */
    @DataBoundSetter
    public void setBitbucketServers(List<BitbucketProfile> bitbucketServers) {
        this.bitbucketServers = checkedBitbuckets(bitbucketServers);
        save();
    }

    private static List<BitbucketProfile> checkedBitbuckets(@CheckForNull List<BitbucketProfile> servers) {
        return EventSecrets.requireOwn(
                checked(servers), BitbucketProfile::webhookSecretIds, "webhook secret", "Bitbucket servers");
    }

    /** What holds for the jobs of folders; {@link io.jenkins.plugins.mlops.policy.JobPolicy} tells what they mean for one. */
    @NonNull
    public List<FolderPolicy> getPolicies() {
        return policies == null ? List.of() : Collections.unmodifiableList(policies);
    }

    /** @throws MlopsException of kind USAGE that says what is wrong; then nothing has changed */
    @DataBoundSetter
    public void setPolicies(List<FolderPolicy> policies) {
        this.policies = checkedPolicies(policies);
        save();
    }

    /** Folders were renamed or copied. As {@link #setPolicies}. */
    public synchronized void replacePolicies(@NonNull UnaryOperator<List<FolderPolicy>> change) {
        setPolicies(change.apply(getPolicies()));
    }

    /** Content ids of the datasets that are known to be anonymised, for policies that require it. */
    @NonNull
    public List<String> getAnonymisedDatasets() {
        return PolicyText.list(anonymisedDatasets);
    }

    /** For the form: one a line. */
    @NonNull
    @Restricted(NoExternalUse.class)
    public String getAnonymisedDatasetLines() {
        return String.join("\n", getAnonymisedDatasets());
    }

    /** As {@link #setPolicies}. */
    @DataBoundSetter
    public void setAnonymisedDatasets(@CheckForNull List<String> anonymisedDatasets) {
        this.anonymisedDatasets = checkedDatasets(anonymisedDatasets);
        save();
    }

    /** Public keys in PEM form whose word on dataset cards counts; null for none. */
    @CheckForNull
    public String getCardKeys() {
        return cardKeys;
    }

    /** @throws MlopsException of kind USAGE that says what is wrong; then nothing has changed */
    @DataBoundSetter
    public void setCardKeys(@CheckForNull String cardKeys) {
        this.cardKeys = checkedKeys(cardKeys);
        save();
    }

    /** The keys of {@link #getCardKeys}. */
    @NonNull
    public TrustedKeys trustedCardKeys() {
        return keys(cardKeys);
    }

    @CheckForNull
    private static String checkedKeys(@CheckForNull String typed) {
        String given = lines(typed);
        keys(given);
        return given;
    }

    private static TrustedKeys keys(@CheckForNull String pem) {
        return pem == null ? TrustedKeys.none() : TrustedKeys.parse(pem, "of dataset cards");
    }

    /** Id of credentials that hold the private key with which lineage records are signed; null for none. */
    @CheckForNull
    public String getSigningKeyCredentialsId() {
        return signingKeyCredentialsId;
    }

    @DataBoundSetter
    public void setSigningKeyCredentialsId(@CheckForNull String signingKeyCredentialsId) {
        this.signingKeyCredentialsId = Util.fixEmptyAndTrim(signingKeyCredentialsId);
        save();
    }

    /**
     * The key, as it is now; empty for none. Never to be persisted.
     *
     * @throws MlopsException of kind USAGE when the credentials do not exist or hold no key
     */
    @NonNull
    public Optional<SigningKey> signingKey() {
        return SigningCredentials.find(signingKeyCredentialsId);
    }

    private static List<FolderPolicy> checkedPolicies(@CheckForNull List<FolderPolicy> policies) {
        List<FolderPolicy> checked = policies == null ? new ArrayList<>() : new ArrayList<>(policies);
        checked.forEach(FolderPolicy::check);
        return checked;
    }

    private static ArrayList<String> checkedDatasets(@CheckForNull List<String> typed) {
        ArrayList<String> ids = PolicyText.lines(typed);
        for (String id : PolicyText.list(ids)) {
            if (!Digest.isDigest(id)) {
                throw MlopsException.usage(
                        "'" + id + "' is no content id of a dataset: sha256: and 64 lower-case hex digits are wanted");
            }
        }
        return ids;
    }

    /** Certificate authorities in PEM form that connections to servers trust besides those of Java; null for none. */
    @CheckForNull
    public String getCertificates() {
        return certificates;
    }

    /** @throws MlopsException of kind USAGE that says what is wrong; then nothing has changed */
    @DataBoundSetter
    public void setCertificates(@CheckForNull String certificates) {
        String given = lines(certificates);
        JenkinsNetwork.useOnController(given);
        this.certificates = given;
        save();
    }

    /** Browsers end the lines of a text area in another way than files do. */
    @CheckForNull
    private static String lines(@CheckForNull String text) {
        String trimmed = Util.fixEmptyAndTrim(text);
        return trimmed == null ? null : trimmed.replace("\r\n", "\n");
    }

    @POST
    @Restricted(NoExternalUse.class) // for the form
    public FormValidation doCheckCertificates(@QueryParameter String value) {
        return ProfileForm.check(() -> JenkinsNetwork.authorities(value));
    }

    /** What the dataset cache of a node may hold, such as {@code 500GiB}, unless the node says otherwise; null for any amount. */
    @CheckForNull
    public String getCacheLimit() {
        return cacheLimit;
    }

    /** @throws MlopsException of kind USAGE when it is no size; then nothing has changed */
    @DataBoundSetter
    public void setCacheLimit(@CheckForNull String cacheLimit) {
        this.cacheLimit = checkedSize(cacheLimit);
        save();
    }

    /** Directories on nodes of caches below the nodes' own, which are only read, unless the node says otherwise. */
    @NonNull
    public List<String> getCacheLayers() {
        return PolicyText.list(cacheLayers);
    }

    /** For the form: one a line. */
    @NonNull
    @Restricted(NoExternalUse.class)
    public String getCacheLayerLines() {
        return String.join("\n", getCacheLayers());
    }

    @DataBoundSetter
    public void setCacheLayers(@CheckForNull List<String> cacheLayers) {
        this.cacheLayers = PolicyText.lines(cacheLayers);
        save();
    }

    @CheckForNull
    private static String checkedSize(@CheckForNull String typed) {
        String size = Util.fixEmptyAndTrim(typed);
        if (size != null) {
            ByteSize.parse(size);
        }
        return size;
    }

    @POST
    @Restricted(NoExternalUse.class) // for the form
    public FormValidation doCheckCacheLimit(@QueryParameter String value) {
        return ProfileForm.check(() -> checkedSize(value));
    }

    /** Takes all lists over, or none. A list without entries is absent from the form's data. */
    @Override
    public boolean configure(StaplerRequest2 request, JSONObject form) throws FormException {
        List<ObjectStoreProfile> stores = request.bindJSONToList(ObjectStoreProfile.class, form.opt("objectStores"));
        List<MlflowProfile> servers = request.bindJSONToList(MlflowProfile.class, form.opt("mlflowServers"));
        List<TrainingCluster> trainingClusters = request.bindJSONToList(TrainingCluster.class, form.opt("clusters"));
        List<BitbucketProfile> bitbuckets =
                request.bindJSONToList(BitbucketProfile.class, form.opt("bitbucketServers"));
        List<FolderPolicy> folderPolicies = request.bindJSONToList(FolderPolicy.class, form.opt("policies"));
        String field = "objectStores";
        try {
            List<ObjectStoreProfile> checkedStores = checkedStores(stores);
            field = "mlflowServers";
            List<MlflowProfile> checkedServers = checked(servers);
            for (MlflowProfile server : checkedServers) {
                if (server.getArtifactStore() != null) {
                    find(checkedStores, server.getArtifactStore(), "object store");
                }
            }
            field = "certificates";
            String trusted = lines(form.optString("certificates", null));
            JenkinsNetwork.authorities(trusted);
            field = "clusters";
            List<TrainingCluster> checkedClusters = checked(trainingClusters);
            for (TrainingCluster cluster : checkedClusters) {
                for (String store : new String[] {cluster.getStore(), cluster.getEvaluationStore()}) {
                    if (store != null) {
                        find(checkedStores, store, "object store");
                    }
                }
            }
            field = "bitbucketServers";
            List<BitbucketProfile> checkedBitbuckets = checkedBitbuckets(bitbuckets);
            field = "policies";
            List<FolderPolicy> checkedPolicies = checkedPolicies(folderPolicies);
            field = "anonymisedDatasets";
            ArrayList<String> checkedDatasets = checkedDatasets(List.of(form.optString("anonymisedDatasets")));
            field = "cardKeys";
            String checkedKeys = checkedKeys(form.optString("cardKeys", null));
            field = "cacheLimit";
            String checkedLimit = checkedSize(form.optString("cacheLimit"));
            cacheLimit = checkedLimit;
            cacheLayers = PolicyText.lines(List.of(form.optString("cacheLayers")));
            policies = checkedPolicies;
            cardKeys = checkedKeys;
            anonymisedDatasets = checkedDatasets;
            signingKeyCredentialsId = Util.fixEmptyAndTrim(form.optString("signingKeyCredentialsId"));
            objectStores = checkedStores;
            mlflowServers = checkedServers;
            clusters = checkedClusters;
            bitbucketServers = checkedBitbuckets;
            certificates = trusted;
            JenkinsNetwork.useOnController(trusted);
        } catch (MlopsException e) {
            throw new FormException("MLOps Pipeline: " + e.getMessage(), field);
        }
        save();
        return true;
    }

    private static <P extends Profile<P>> List<P> checked(@CheckForNull List<P> profiles) {
        List<P> checked = profiles == null ? new ArrayList<>() : new ArrayList<>(profiles);
        Set<String> names = new HashSet<>();
        for (P profile : checked) {
            profile.check();
            if (!names.add(profile.getName())) {
                throw ProfileName.taken(profile.getName());
            }
        }
        return checked;
    }

    /**
     * The profile of that name, or the first when none is named.
     *
     * @throws MlopsException of kind USAGE when there is none
     */
    @NonNull
    public ObjectStoreProfile objectStore(@CheckForNull String name) {
        return find(objectStores, name, "object store");
    }

    /** As {@link #objectStore}, for MLflow servers. */
    @NonNull
    public MlflowProfile mlflowServer(@CheckForNull String name) {
        return find(mlflowServers, name, "MLflow server");
    }

    /** As {@link #objectStore}, for clusters. */
    @NonNull
    public TrainingCluster cluster(@CheckForNull String name) {
        return find(getClusters(), name, "cluster");
    }

    /** As {@link #objectStore}, for Bitbucket servers. */
    @NonNull
    public BitbucketProfile bitbucketServer(@CheckForNull String name) {
        return find(getBitbucketServers(), name, "Bitbucket server");
    }

    @POST
    @Restricted(NoExternalUse.class) // for the form
    public ListBoxModel doFillSigningKeyCredentialsIdItems(@QueryParameter String savedSigningKeyCredentialsId) {
        return ProfileCredentials.SIGNING_KEY.items(savedSigningKeyCredentialsId);
    }

    @POST
    @Restricted(NoExternalUse.class) // for the form
    public FormValidation doCheckSigningKeyCredentialsId(@QueryParameter String value) {
        return ProfileForm.check(() -> SigningCredentials.find(Util.fixEmptyAndTrim(value)));
    }

    @POST
    @Restricted(NoExternalUse.class) // for the form
    public FormValidation doCheckAnonymisedDatasets(@QueryParameter String value) {
        return ProfileForm.check(() -> checkedDatasets(List.of(Util.fixNull(value))));
    }

    @POST
    @Restricted(NoExternalUse.class) // for the form
    public FormValidation doCheckCardKeys(@QueryParameter String value) {
        return ProfileForm.check(() -> checkedKeys(value));
    }

    private static <P extends Profile<P>> P find(List<P> profiles, @CheckForNull String name, String kind) {
        if (profiles.isEmpty()) {
            throw MlopsException.usage("No " + kind + " is configured: an administrator adds one under Manage Jenkins,"
                    + " System, MLOps Pipeline");
        }
        if (name == null) {
            return profiles.get(0);
        }
        return profiles.stream()
                .filter(profile -> name.equals(profile.getName()))
                .findFirst()
                .orElseThrow(
                        () -> MlopsException.usage("There is no " + kind + " '" + name + "' in Jenkins' configuration;"
                                + " it has "
                                + profiles.stream().map(Profile::getName).collect(Collectors.joining(", "))));
    }
}
