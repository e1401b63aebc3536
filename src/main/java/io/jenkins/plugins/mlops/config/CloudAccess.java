package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Job;
import hudson.slaves.Cloud;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import jenkins.model.Jenkins;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesFolderProperty;
import org.jenkinsci.plugins.kubernetes.auth.KubernetesAuthException;

/** The clouds of the Kubernetes plugin, whose addresses, accounts and rules for folders hold for trainings too. */
public final class CloudAccess {

    private CloudAccess() {}

    /** As {@link TrainingCluster#cloud}. */
    @NonNull
    static KubernetesCloud cloud(TrainingCluster cluster, @CheckForNull Job<?, ?> job) {
        KubernetesCloud cloud = find(cluster);
        if (job != null && cloud.isUsageRestricted()) {
            Set<String> allowed = new HashSet<>();
            KubernetesFolderProperty.collectAllowedClouds(allowed, job.getParent());
            if (!allowed.contains(cloud.name)) {
                throw MlopsException.refused("The job " + job.getFullDisplayName() + " may not use the "
                        + cluster.label() + ": its cloud '" + cloud.name
                        + "' is restricted, and no folder of the job is allowed to use it; an administrator allows it in the"
                        + " folder's configuration");
            }
        }
        return cloud;
    }

    private static KubernetesCloud find(TrainingCluster cluster) {
        String name = cluster.getCloud();
        if (name == null) {
            KubernetesCloud first = Jenkins.get().clouds.get(KubernetesCloud.class);
            if (first == null) {
                throw MlopsException.usage("The " + cluster.label() + " names no cloud, and Jenkins has none of the"
                        + " Kubernetes plugin: an administrator adds one under Manage Jenkins, Clouds");
            }
            return first;
        }
        Cloud found = Jenkins.get().getCloud(name);
        if (found instanceof KubernetesCloud cloud) {
            return cloud;
        }
        throw MlopsException.usage("The " + cluster.label() + " names the cloud '" + name + "', which "
                + (found == null ? "does not exist" : "is none of the Kubernetes plugin")
                + ": an administrator chooses another under Manage Jenkins, System, MLOps Pipeline");
    }

    /** The namespace that a cluster's workloads run in. */
    @NonNull
    public static String namespace(TrainingCluster cluster, KubernetesCloud cloud) {
        String own = cluster.getNamespace();
        if (own != null) {
            return own;
        }
        String namespace = cloud.getNamespace();
        return namespace == null || namespace.isBlank() ? "default" : namespace;
    }

    /**
     * A cluster over clients of the Kubernetes plugin, which it renews when they expire.
     *
     * @param cloud by name: its configuration may change meanwhile
     */
    @NonNull
    public static Cluster connect(String cloud, String namespace) {
        return Cluster.of(cloud, namespace, () -> client(cloud));
    }

    private static KubernetesClient client(String name) {
        Cloud found = Jenkins.get().getCloud(name);
        if (!(found instanceof KubernetesCloud cloud)) {
            throw MlopsException.unreachable(
                    "The cloud '" + name + "' is not in Jenkins' configuration any more: add it again under that name",
                    null);
        }
        try {
            return cloud.connect();
        } catch (KubernetesAuthException | IOException | KubernetesClientException e) {
            throw MlopsException.unreachable(
                    "The cloud '" + name + "' cannot be connected to: " + e.getMessage()
                            + "; 'Test Connection' in its configuration says more",
                    e);
        }
    }
}
