package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions;
import io.jenkins.plugins.mlops.policy.JobPolicy;

/** Holds a job's policy against what its pods would be, besides the limits of the cluster's profile: both must let them be. */
public final class ClusterRules {

    private ClusterRules() {}

    /**
     * Checks what a workload would have.
     *
     * @param image null when none is named, which is another's error
     * @param options those of the specification over the profile's defaults
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind REFUSED
     */
    public static void check(@NonNull JobPolicy policy, @CheckForNull String image, @NonNull WorkloadOptions options) {
        if (image != null) {
            policy.checkImage(image);
        }
        policy.checkQueue(options.queue());
        policy.checkPriority(options.priorityClass());
    }
}
