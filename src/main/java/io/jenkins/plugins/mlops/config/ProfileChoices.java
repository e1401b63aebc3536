package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.Item;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.util.List;
import java.util.function.Function;
import jenkins.model.Jenkins;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;

/**
 * The drop-downs from which a step's form takes a profile: what the policy lets the job use. Names of servers are told to those who may see or change the
 * configuration of the job; others get the value that is set.
 */
public final class ProfileChoices {

    private ProfileChoices() {}

    /**
     * The MLflow servers, after an empty choice for the default.
     *
     * @param job in whose form it stands; null outside of jobs
     * @param current the value that is set
     */
    @NonNull
    public static ListBoxModel mlflowServers(@CheckForNull Item job, @CheckForNull String current) {
        return choices(job, current, JobPolicy.of(job).mlflowServers(), MlflowProfile::getName);
    }

    /** As {@link #mlflowServers}, for object stores. */
    @NonNull
    public static ListBoxModel objectStores(@CheckForNull Item job, @CheckForNull String current) {
        return choices(job, current, JobPolicy.of(job).objectStores(), ObjectStoreProfile::getName);
    }

    /** As {@link #mlflowServers}, for clusters. */
    @NonNull
    public static ListBoxModel clusters(@CheckForNull Item job, @CheckForNull String current) {
        return choices(job, current, JobPolicy.of(job).clusters(), TrainingCluster::getName);
    }

    /** As {@link #mlflowServers}, for Bitbucket servers, which policies do not restrict: each says with its webhooks who gets its events. */
    @NonNull
    public static ListBoxModel bitbucketServers(@CheckForNull Item job, @CheckForNull String current) {
        return choices(job, current, MlopsConfiguration.get().getBitbucketServers(), BitbucketProfile::getName);
    }

    /** All object stores, for administrators. */
    @NonNull
    static ListBoxModel allObjectStores(@CheckForNull String current) {
        return choices(null, current, MlopsConfiguration.get().getObjectStores(), ObjectStoreProfile::getName);
    }

    /** Clouds of the Kubernetes plugin, for administrators. */
    @NonNull
    static ListBoxModel clouds(@CheckForNull String current) {
        return choices(null, current, Jenkins.get().clouds.getAll(KubernetesCloud.class), cloud -> cloud.name);
    }

    private static <P> ListBoxModel choices(Item job, String current, List<P> profiles, Function<P, String> nameOf) {
        ListBoxModel choices = new ListBoxModel();
        choices.add("(default)", "");
        if (maySee(job)) {
            profiles.forEach(profile -> choices.add(nameOf.apply(profile)));
        }
        String set = Util.fixEmptyAndTrim(current);
        if (set != null && choices.stream().noneMatch(choice -> choice.value.equals(set))) {
            choices.add(set);
        }
        return choices;
    }

    private static boolean maySee(Item job) {
        return job == null
                ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                : job.hasPermission(Item.CONFIGURE) || job.hasPermission(Item.EXTENDED_READ);
    }
}
