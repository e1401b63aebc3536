package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Map;

/** A JobSet of one replicated Job, which names its pods by itself. */
final class JobSetObject {

    static final ResourceDefinitionContext KIND =
            CustomObjects.kind("jobset.x-k8s.io", "v1alpha2", "JobSet", "jobsets");

    /** The replicated Job's name. */
    static final String GROUP = "node";

    private JobSetObject() {}

    static GenericKubernetesResource of(Workload workload, int attempt, PodTemplates templates) {
        Map<String, Object> job = Map.of(
                "metadata", Map.of("labels", Labels.of(workload.identity(), attempt)),
                "spec", CustomObjects.plain(JobObject.spec(workload, templates, null)));
        return CustomObjects.of(
                KIND,
                workload,
                attempt,
                Map.of(
                        "failurePolicy", Map.of("maxRestarts", 0),
                        "network", Map.of("enableDNSHostnames", true, "publishNotReadyAddresses", true),
                        "ttlSecondsAfterFinished", JobObject.keptSeconds(),
                        "replicatedJobs", List.of(Map.of("name", GROUP, "replicas", 1, "template", job))));
    }
}
