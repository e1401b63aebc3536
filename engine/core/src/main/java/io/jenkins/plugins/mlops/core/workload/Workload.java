package io.jenkins.plugins.mlops.core.workload;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is to run on a cluster, complete and without a secret: specification and profile are merged, the image is pinned, all
 * that may be kept in a file. {@link Manifests} makes Kubernetes objects of it.
 *
 * @param name a DNS label of at most 40 characters, the same whenever the same run asks for it; the objects of an attempt are
 *     named after it
 * @param kind which controller runs it
 * @param nodes pods, 1 or more; of more than one, all run or none
 * @param image by digest
 * @param command null for what the image runs by itself
 * @param directory working directory in the container, null for the image's own
 * @param environment no secrets
 * @param secretEnvironment the names of further variables, whose values are given when objects are made
 * @param plan what the tool containers beside the command do, null for none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Workload(
        String name,
        Kind kind,
        Identity identity,
        int nodes,
        String image,
        List<String> command,
        String directory,
        Map<String, String> environment,
        Set<String> secretEnvironment,
        PodResources resources,
        Placement placement,
        Security security,
        Limits limits,
        PodPlan plan) {

    /** Which controller runs a workload. */
    public enum Kind {
        /** A batch/v1 Job; Indexed with a headless Service when there are several nodes. */
        @JsonProperty("job")
        JOB,
        /** A jobset.x-k8s.io JobSet. */
        @JsonProperty("jobset")
        JOBSET,
        /** A kubeflow.org/v1 PyTorchJob. */
        @JsonProperty("pytorchjob")
        PYTORCHJOB,
        /** A batch.volcano.sh/v1alpha1 Job. */
        @JsonProperty("volcano")
        VOLCANO
    }

    /** What a workload does for its run. */
    public enum Role {
        STAGING,
        TRAINING,
        EVALUATION
    }

    /**
     * Whose workload it is; labels and annotations of every object say so.
     *
     * @param controller who watches over it: an id that no other controller has and that outlives its restarts; a DNS label
     * @param run the run's UUID
     * @param link where people find the run, null for nowhere
     */
    public record Identity(String controller, String run, Role role, String link) {}

    /**
     * What one pod needs; amounts are Kubernetes quantities, null for none.
     *
     * @param gpus 0 for none
     * @param gpuResource such as nvidia.com/gpu; never null when there are gpus
     * @param shm size of /dev/shm in memory; null for the runtime's own (64 MiB)
     */
    public record PodResources(int gpus, String gpuResource, String cpu, String memory, String shm) {}

    /**
     * Where pods run.
     *
     * @param queue Kueue's or Volcano's queue, null for none
     * @param preferredNodes names of nodes that have the data already
     */
    public record Placement(
            Map<String, String> nodeSelector,
            List<Toleration> tolerations,
            String priorityClass,
            String serviceAccount,
            List<String> imagePullSecrets,
            String queue,
            String runtimeClass,
            List<String> preferredNodes) {

        public Placement {
            nodeSelector = sorted(nodeSelector);
            tolerations = tolerations == null ? List.of() : List.copyOf(tolerations);
            imagePullSecrets = imagePullSecrets == null ? List.of() : List.copyOf(imagePullSecrets);
            preferredNodes = preferredNodes == null ? List.of() : List.copyOf(preferredNodes);
        }

        public static Placement anywhere() {
            return new Placement(null, null, null, null, null, null, null, null);
        }
    }

    /** A taint that is tolerated, as Kubernetes has it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Toleration(String key, String operator, String value, String effect) {}

    /**
     * Who the processes are.
     *
     * @param restricted whether the pods keep to the pod security standard "restricted"
     * @param user null for the image's own
     * @param group of the volumes, null for none
     */
    public record Security(boolean restricted, Long user, Long group) {
        public static final Security RESTRICTED = new Security(true, null, null);
    }

    /**
     * Limits of time and number.
     *
     * @param queue from creation until all pods run, null for none
     * @param run from then to the end, all attempts together, null for none
     * @param grace from SIGTERM to SIGKILL
     * @param silence how long a rank may print nothing while others wait, null for ever
     * @param infrastructureRetries attempts after one that the cluster ended
     * @param failureRetries attempts after one that the code ended
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Limits(
            Duration queue,
            Duration run,
            Duration grace,
            Duration silence,
            int infrastructureRetries,
            int failureRetries) {}

    public Workload {
        command = command == null ? null : List.copyOf(command);
        environment = sorted(environment);
        secretEnvironment =
                secretEnvironment == null ? Set.of() : Collections.unmodifiableSet(new TreeSet<>(secretEnvironment));
    }

    /** The name of the container that the command runs in. */
    @JsonIgnore
    public String container() {
        return kind == Kind.PYTORCHJOB ? PyTorchJobObject.CONTAINER : "training";
    }

    /** The name of an attempt's objects. */
    public String attemptName(int attempt) {
        return name + "-" + attempt;
    }

    private static Map<String, String> sorted(Map<String, String> map) {
        return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
    }
}
