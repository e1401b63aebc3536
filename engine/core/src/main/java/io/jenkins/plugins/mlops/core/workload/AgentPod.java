package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import java.util.Set;

/**
 * The pod of a Jenkins agent with a container to train in, as YAML for whoever adds the agent to it: GPUs, /dev/shm, security and place
 * are those that a training has there; nothing of the {@code mlops} tool is in it, since the agent's steps do its work.
 */
public final class AgentPod {

    /** The container that the agent runs in, which a pod of the Kubernetes plugin always has. */
    private static final String AGENT = "jnlp";

    private static final String CACHE_VARIABLE = "MLOPS_CACHE_DIR";

    private AgentPod() {}

    /**
     * The pod.
     *
     * @param workload whose command only waits; its plan is null
     * @param cache volume that the agent keeps datasets in, for the pods that come after; null for none
     */
    public static String yaml(Workload workload, PodPlan.Cache cache) {
        PodSpec spec = new PodTemplates(workload, 0, Set.of()).agent(cache, AGENT, CACHE_VARIABLE);
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withAnnotations(PodTemplates.annotations(workload))
                .endMetadata()
                .withSpec(spec)
                .build();
        return Serialization.asYaml(pod);
    }
}
