package io.jenkins.plugins.mlops.core.workload;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.TimeLimit;
import io.jenkins.plugins.mlops.core.workload.Workload.Kind;
import io.jenkins.plugins.mlops.core.workload.Workload.Toleration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * What only a cluster reads: the key {@code kubernetes} of a specification, and {@code defaults} of a profile. A null key is not said.
 *
 * @param kind which controller runs it
 * @param queue Kueue's or Volcano's
 * @param nodeSelector labels that nodes must have
 * @param serviceAccount of the pods
 * @param imagePullSecrets names of Secrets
 * @param restricted whether pods keep to the pod security standard "restricted"
 * @param user uid of the processes, 1 or more
 * @param group gid of the volumes, 1 or more
 * @param grace from SIGTERM to SIGKILL
 * @param silence how long a rank may print nothing while others wait
 * @param infrastructureRetries attempts after one that the cluster ended, 0 to 20
 * @param delivery how a dataset comes to the pods
 * @param code where the code comes from
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WorkloadOptions(
        Kind kind,
        String queue,
        Map<String, String> nodeSelector,
        List<Toleration> tolerations,
        String priorityClass,
        String runtimeClass,
        String serviceAccount,
        List<String> imagePullSecrets,
        Boolean restricted,
        Long user,
        Long group,
        TimeLimit grace,
        TimeLimit silence,
        Integer infrastructureRetries,
        Delivery delivery,
        Code code) {

    public static final WorkloadOptions NONE = new WorkloadOptions(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    private static final int MAX_RETRIES = 20;

    /** How a dataset comes to the pods. */
    public enum Delivery {
        /** Each pod pulls it before its command starts, from the cache if it is there. */
        @JsonProperty("init")
        INIT,
        /** A workload without GPU fills the cache first; then as INIT. */
        @JsonProperty("stage")
        STAGE,
        /** A CSI driver mounts the bucket; what is mounted is checked. */
        @JsonProperty("mount")
        MOUNT
    }

    /** Where the code comes from. */
    public enum Code {
        /** It is uploaded from the specification's directory, as Git tracks it there. */
        @JsonProperty("upload")
        UPLOAD,
        /** It is in the image. */
        @JsonProperty("image")
        IMAGE
    }

    public WorkloadOptions {
        nodeSelector = nodeSelector == null ? null : Collections.unmodifiableMap(new TreeMap<>(nodeSelector));
        tolerations = tolerations == null ? null : List.copyOf(tolerations);
        imagePullSecrets = imagePullSecrets == null ? null : List.copyOf(imagePullSecrets);
        if (infrastructureRetries != null && (infrastructureRetries < 0 || infrastructureRetries > MAX_RETRIES)) {
            throw MlopsException.usage("kubernetes.infrastructureRetries is " + infrastructureRetries + ": 0 to "
                    + MAX_RETRIES + " is wanted");
        }
        if (user != null && user < 1 || group != null && group < 1) {
            throw MlopsException.usage("kubernetes.user and kubernetes.group must be 1 or more: 0 is root");
        }
    }

    /** These, and where they say nothing, what others say; node selectors and tolerations of both are put together. */
    public WorkloadOptions over(WorkloadOptions others) {
        return new WorkloadOptions(
                first(kind, others.kind),
                first(queue, others.queue),
                both(nodeSelector, others.nodeSelector, WorkloadOptions::merged),
                both(tolerations, others.tolerations, WorkloadOptions::joined),
                first(priorityClass, others.priorityClass),
                first(runtimeClass, others.runtimeClass),
                first(serviceAccount, others.serviceAccount),
                both(imagePullSecrets, others.imagePullSecrets, WorkloadOptions::joined),
                first(restricted, others.restricted),
                first(user, others.user),
                first(group, others.group),
                first(grace, others.grace),
                first(silence, others.silence),
                first(infrastructureRetries, others.infrastructureRetries),
                first(delivery, others.delivery),
                first(code, others.code));
    }

    private static <T> T first(T one, T other) {
        return one == null ? other : one;
    }

    private static <T> T both(T one, T other, BinaryOperator<T> together) {
        return one == null || other == null ? first(one, other) : together.apply(one, other);
    }

    private static Map<String, String> merged(Map<String, String> winning, Map<String, String> others) {
        Map<String, String> merged = new TreeMap<>(others);
        merged.putAll(winning);
        return merged;
    }

    private static <T> List<T> joined(List<T> one, List<T> other) {
        return java.util.stream.Stream.concat(one.stream(), other.stream())
                .distinct()
                .toList();
    }
}
