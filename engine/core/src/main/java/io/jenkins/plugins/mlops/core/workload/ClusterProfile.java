package io.jenkins.plugins.mlops.core.workload;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.TimeLimit;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import java.nio.file.Path;
import java.util.List;

/**
 * What whoever runs a cluster says of the trainings there: what they get by default, and what they may not exceed or leave. A limit
 * that is null does not limit; an empty list allows nothing but what the defaults say.
 *
 * @param toolImage image of the {@code mlops} command, by digest or tag; null only where pods need nothing of it
 * @param outputs S3 prefix that outputs, checkpoints and uploaded code lie below; null where pods keep nothing
 * @param cache volume for datasets, null for none
 * @param mounts volumes of S3 CSI drivers
 * @param gpuResource what a GPU is called where a specification does not say
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClusterProfile(
        String toolImage,
        String outputs,
        PodPlan.Cache cache,
        List<BucketMount> mounts,
        String gpuResource,
        Amounts resources,
        Times deadlines,
        WorkloadOptions defaults,
        WorkloadOptions evaluation,
        Limits limits) {

    public static final String DEFAULT_GPU = "nvidia.com/gpu";

    /** What nobody limits and nothing is known of. */
    public static final ClusterProfile NONE =
            new ClusterProfile(null, null, null, null, null, null, null, null, null, null);

    /**
     * A bucket that a CSI driver mounts.
     *
     * @param claim the PersistentVolumeClaim, in the trainings' namespace
     * @param prefix what its root is the prefix of, null for all of the bucket
     */
    public record BucketMount(
            @JsonProperty(required = true) String claim,
            @JsonProperty(required = true) String bucket,
            String prefix) {}

    /** Amounts for a pod whose specification does not say; Kubernetes quantities. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Amounts(String cpu, String memory, String shm) {}

    /** Limits of time for a training whose specification does not say. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Times(TimeLimit queue, TimeLimit run) {}

    /**
     * What no specification may exceed or leave.
     *
     * @param gpus of one pod
     * @param totalGpus of all pods
     * @param images what an image reference must begin with, one of them
     * @param privileged whether a specification may say {@code restricted: false}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Limits(
            Integer gpus,
            Integer totalGpus,
            Integer nodes,
            String cpu,
            String memory,
            TimeLimit queue,
            TimeLimit run,
            List<Workload.Kind> kinds,
            List<String> queues,
            List<String> priorityClasses,
            List<String> serviceAccounts,
            List<String> imagePullSecrets,
            List<String> runtimeClasses,
            List<String> images,
            Boolean privileged) {

        /** Nothing is limited but what gives more rights: those are the profile's alone to give. */
        static final Limits NONE =
                new Limits(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    public ClusterProfile {
        mounts = mounts == null ? List.of() : List.copyOf(mounts);
        gpuResource = gpuResource == null ? DEFAULT_GPU : gpuResource;
        resources = resources == null ? new Amounts(null, null, null) : resources;
        deadlines = deadlines == null ? new Times(null, null) : deadlines;
        defaults = defaults == null ? WorkloadOptions.NONE : defaults;
        evaluation = evaluation == null ? WorkloadOptions.NONE : evaluation;
        limits = limits == null ? Limits.NONE : limits;
        if (outputs != null && !outputs.startsWith("s3://")) {
            throw MlopsException.usage("outputs '" + outputs + "' is refused: s3://bucket/prefix is wanted");
        }
    }

    /** @throws MlopsException of kind USAGE that names file, line and column */
    public static ClusterProfile read(Path file) {
        return Documents.read(file, ClusterProfile.class);
    }
}
