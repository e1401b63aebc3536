package io.jenkins.plugins.mlops.policy;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.init.InitMilestone;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * What holds for the jobs of a folder, wherever their pipelines come from: defaults, lists of what they may use, and what a promotion
 * must have. Administrators alone write it, into Jenkins' own configuration. An empty list does not restrict. {@link JobPolicy} is
 * what all policies together mean for one job. Not to be changed once it is part of the configuration.
 */
public class FolderPolicy extends AbstractDescribableImpl<FolderPolicy> {

    private final String folder;

    private String objectStore;
    private String mlflowServer;
    private String cluster;

    // Plain lists, since Jenkins' XML cannot hold the JDK's immutable ones; null for empty.
    private ArrayList<String> objectStores;
    private ArrayList<String> locations;
    private ArrayList<String> mlflowServers;
    private ArrayList<String> clusters;
    private ArrayList<String> namespaces;
    private ArrayList<String> queues;
    private ArrayList<String> priorities;
    private ArrayList<String> images;
    private ArrayList<String> models;
    private ArrayList<String> aliases;

    /** The item of that name when it was last seen: it stays concerned while it is being renamed. */
    private transient volatile WeakReference<Item> seen;

    private boolean requireImageDigest;
    private boolean requireLineage;
    private boolean requireGate;
    private boolean requireSignedRecord;
    private boolean requireAnonymised;
    private boolean requireApproval;

    /** @param folder full name of a folder or job, {@code team/vision}; empty for everything */
    @DataBoundConstructor
    public FolderPolicy(@CheckForNull String folder) {
        this.folder = PolicyText.folder(folder);
    }

    /** Empty for everything. */
    @NonNull
    public String getFolder() {
        return folder == null ? "" : folder;
    }

    /** Name of the object store that steps use which name none; null for what an outer folder says. */
    @CheckForNull
    public String getObjectStore() {
        return objectStore;
    }

    @DataBoundSetter
    public void setObjectStore(@CheckForNull String objectStore) {
        this.objectStore = Util.fixEmptyAndTrim(objectStore);
    }

    /** As {@link #getObjectStore}, of an MLflow server. */
    @CheckForNull
    public String getMlflowServer() {
        return mlflowServer;
    }

    @DataBoundSetter
    public void setMlflowServer(@CheckForNull String mlflowServer) {
        this.mlflowServer = Util.fixEmptyAndTrim(mlflowServer);
    }

    /** As {@link #getObjectStore}, of a cluster. */
    @CheckForNull
    public String getCluster() {
        return cluster;
    }

    @DataBoundSetter
    public void setCluster(@CheckForNull String cluster) {
        this.cluster = Util.fixEmptyAndTrim(cluster);
    }

    /** Names of object stores. */
    @NonNull
    public List<String> getObjectStores() {
        return PolicyText.list(objectStores);
    }

    @DataBoundSetter
    public void setObjectStores(@CheckForNull List<String> objectStores) {
        this.objectStores = PolicyText.lines(objectStores);
    }

    /** Places whose objects may be read and written: {@code s3://bucket/prefix}. */
    @NonNull
    public List<String> getLocations() {
        return PolicyText.list(locations);
    }

    @DataBoundSetter
    public void setLocations(@CheckForNull List<String> locations) {
        this.locations = PolicyText.lines(locations);
    }

    /** Names of MLflow servers. */
    @NonNull
    public List<String> getMlflowServers() {
        return PolicyText.list(mlflowServers);
    }

    @DataBoundSetter
    public void setMlflowServers(@CheckForNull List<String> mlflowServers) {
        this.mlflowServers = PolicyText.lines(mlflowServers);
    }

    /** Names of clusters. */
    @NonNull
    public List<String> getClusters() {
        return PolicyText.list(clusters);
    }

    @DataBoundSetter
    public void setClusters(@CheckForNull List<String> clusters) {
        this.clusters = PolicyText.lines(clusters);
    }

    /** Kubernetes namespaces. */
    @NonNull
    public List<String> getNamespaces() {
        return PolicyText.list(namespaces);
    }

    @DataBoundSetter
    public void setNamespaces(@CheckForNull List<String> namespaces) {
        this.namespaces = PolicyText.lines(namespaces);
    }

    /** Queues of Kueue or Volcano. */
    @NonNull
    public List<String> getQueues() {
        return PolicyText.list(queues);
    }

    @DataBoundSetter
    public void setQueues(@CheckForNull List<String> queues) {
        this.queues = PolicyText.lines(queues);
    }

    /** Priority classes. */
    @NonNull
    public List<String> getPriorities() {
        return PolicyText.list(priorities);
    }

    @DataBoundSetter
    public void setPriorities(@CheckForNull List<String> priorities) {
        this.priorities = PolicyText.lines(priorities);
    }

    /** Registries, or repositories and what is below: {@code registry.example.org/team}. */
    @NonNull
    public List<String> getImages() {
        return PolicyText.list(images);
    }

    @DataBoundSetter
    public void setImages(@CheckForNull List<String> images) {
        this.images = PolicyText.lines(images);
    }

    /** Registered models; {@code *} stands for any characters. */
    @NonNull
    public List<String> getModels() {
        return PolicyText.list(models);
    }

    @DataBoundSetter
    public void setModels(@CheckForNull List<String> models) {
        this.models = PolicyText.lines(models);
    }

    /** Aliases of models; {@code *} stands for any characters. */
    @NonNull
    public List<String> getAliases() {
        return PolicyText.list(aliases);
    }

    @DataBoundSetter
    public void setAliases(@CheckForNull List<String> aliases) {
        this.aliases = PolicyText.lines(aliases);
    }

    public boolean isRequireImageDigest() {
        return requireImageDigest;
    }

    @DataBoundSetter
    public void setRequireImageDigest(boolean requireImageDigest) {
        this.requireImageDigest = requireImageDigest;
    }

    public boolean isRequireLineage() {
        return requireLineage;
    }

    @DataBoundSetter
    public void setRequireLineage(boolean requireLineage) {
        this.requireLineage = requireLineage;
    }

    public boolean isRequireGate() {
        return requireGate;
    }

    @DataBoundSetter
    public void setRequireGate(boolean requireGate) {
        this.requireGate = requireGate;
    }

    public boolean isRequireSignedRecord() {
        return requireSignedRecord;
    }

    @DataBoundSetter
    public void setRequireSignedRecord(boolean requireSignedRecord) {
        this.requireSignedRecord = requireSignedRecord;
    }

    public boolean isRequireAnonymised() {
        return requireAnonymised;
    }

    @DataBoundSetter
    public void setRequireAnonymised(boolean requireAnonymised) {
        this.requireAnonymised = requireAnonymised;
    }

    public boolean isRequireApproval() {
        return requireApproval;
    }

    @DataBoundSetter
    public void setRequireApproval(boolean requireApproval) {
        this.requireApproval = requireApproval;
    }

    /** @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when an entry cannot be what it is meant to be */
    public void check() {
        getLocations().forEach(Patterns::checkLocation);
        getImages().forEach(Patterns::checkImage);
        if (Jenkins.get().getInitLevel().compareTo(InitMilestone.JOB_CONFIG_ADAPTED) >= 0) {
            PolicyFollower.see(this);
        }
    }

    /**
     * Whether it is the policy of the item, by the name that it has, or, while that changes, had when it was last asked. Jenkins tells no
     * items apart by case.
     */
    boolean concerns(@NonNull Item item) {
        if (getFolder().equalsIgnoreCase(item.getFullName())) {
            seen = new WeakReference<>(item);
            return true;
        }
        WeakReference<Item> before = seen;
        return before != null && before.get() == item;
    }

    boolean requires(Requirement requirement) {
        return switch (requirement) {
            case IMAGE_DIGEST -> requireImageDigest;
            case LINEAGE -> requireLineage;
            case GATE -> requireGate;
            case SIGNED_RECORD -> requireSignedRecord;
            case ANONYMISED -> requireAnonymised;
            case APPROVAL -> requireApproval;
        };
    }

    /** The same policy for another folder. */
    FolderPolicy at(String otherFolder) {
        FolderPolicy copy = new FolderPolicy(otherFolder);
        copy.objectStore = objectStore;
        copy.mlflowServer = mlflowServer;
        copy.cluster = cluster;
        copy.objectStores = objectStores;
        copy.locations = locations;
        copy.mlflowServers = mlflowServers;
        copy.clusters = clusters;
        copy.namespaces = namespaces;
        copy.queues = queues;
        copy.priorities = priorities;
        copy.images = images;
        copy.models = models;
        copy.aliases = aliases;
        copy.requireImageDigest = requireImageDigest;
        copy.requireLineage = requireLineage;
        copy.requireGate = requireGate;
        copy.requireSignedRecord = requireSignedRecord;
        copy.requireAnonymised = requireAnonymised;
        copy.requireApproval = requireApproval;
        return copy;
    }

    /** Whose policy it is, in sentences. */
    @Override
    public String toString() {
        return getFolder().isEmpty() ? "The policy of all jobs" : "The policy of '" + getFolder() + "'";
    }

    @Extension
    @Symbol("folderPolicy")
    public static class DescriptorImpl extends Descriptor<FolderPolicy> {

        @NonNull
        @Override
        public String getDisplayName() {
            return "Policy of a folder";
        }

        /** For the form: one entry a line. */
        @NonNull
        @Restricted(NoExternalUse.class)
        public String lines(@CheckForNull List<String> entries) {
            return entries == null ? "" : String.join("\n", entries);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckFolder(@QueryParameter String value) {
            String folder = PolicyText.folder(value);
            if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                return FormValidation.ok();
            }
            if (folder.isEmpty()) {
                return FormValidation.ok("It holds for all jobs");
            }
            return Jenkins.get().getItemByFullName(folder) == null
                    ? FormValidation.warning("There is no folder or job of that full name now")
                    : FormValidation.ok();
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckLocations(@QueryParameter String value) {
            return check(value, Patterns::checkLocation);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckImages(@QueryParameter String value) {
            return check(value, Patterns::checkImage);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckObjectStore(@QueryParameter String value) {
            return check(value, MlopsConfiguration.get()::objectStore);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckObjectStores(@QueryParameter String value) {
            return check(value, MlopsConfiguration.get()::objectStore);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckMlflowServer(@QueryParameter String value) {
            return check(value, MlopsConfiguration.get()::mlflowServer);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckMlflowServers(@QueryParameter String value) {
            return check(value, MlopsConfiguration.get()::mlflowServer);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckCluster(@QueryParameter String value) {
            return check(value, MlopsConfiguration.get()::cluster);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckClusters(@QueryParameter String value) {
            return check(value, MlopsConfiguration.get()::cluster);
        }

        /** A warning alone: what is named may be saved together with the policy. */
        private static FormValidation check(String value, Consumer<String> rule) {
            if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                return FormValidation.ok();
            }
            try {
                PolicyText.list(PolicyText.lines(Collections.singletonList(value)))
                        .forEach(rule);
                return FormValidation.ok();
            } catch (MlopsException e) {
                return FormValidation.warning(e.getMessage());
            }
        }
    }
}
