package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A PyTorchJob: a master, which is rank 0, and workers. Its operator tells the code where the master is. */
final class PyTorchJobObject {

    static final ResourceDefinitionContext KIND = CustomObjects.kind("kubeflow.org", "v1", "PyTorchJob", "pytorchjobs");

    /** The operator takes no container of another name for the code's. */
    static final String CONTAINER = "pytorch";

    /** The port of this name is where the operator lets the master listen; without one it takes another than ours. */
    private static final String PORT = "pytorchjob-port";

    private PyTorchJobObject() {}

    static GenericKubernetesResource of(Workload workload, int attempt, PodTemplates templates) {
        String field = "metadata.labels['" + Ranks.REPLICA_INDEX + "']";
        Map<String, Object> replicas = new TreeMap<>();
        replicas.put("Master", replica(1, templates.of(field, 0)));
        if (workload.nodes() > 1) {
            replicas.put("Worker", replica(workload.nodes() - 1, templates.of(field, 1)));
        }
        Map<String, Object> policy = new TreeMap<>();
        policy.put("cleanPodPolicy", "Running");
        policy.put("backoffLimit", 0);
        policy.put("ttlSecondsAfterFinished", JobObject.keptSeconds());
        if (JobObject.longest(workload) != null) {
            policy.put("activeDeadlineSeconds", JobObject.longest(workload));
        }
        Map<String, Object> spec = new TreeMap<>(Map.of("runPolicy", policy, "pytorchReplicaSpecs", replicas));
        if (workload.resources().gpus() == 0) {
            // The operator says "auto" where nothing is said, which is a process for each of the node's cores.
            spec.put("nprocPerNode", "1");
        }
        return CustomObjects.of(KIND, workload, attempt, spec);
    }

    private static Map<String, Object> replica(int count, PodTemplateSpec template) {
        template.getSpec()
                .getContainers()
                .get(0)
                .setPorts(List.of(new ContainerPortBuilder()
                        .withName(PORT)
                        .withContainerPort(Rendezvous.PORT)
                        .build()));
        return Map.of("replicas", count, "restartPolicy", "Never", "template", CustomObjects.plain(template));
    }
}
