package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A Job of Volcano: its scheduler places all pods or none, and one that fails ends all. */
final class VolcanoJobObject {

    static final ResourceDefinitionContext KIND = CustomObjects.kind("batch.volcano.sh", "v1alpha1", "Job", "jobs");

    /** The task's name. */
    static final String TASK = "node";

    private VolcanoJobObject() {}

    static GenericKubernetesResource of(Workload workload, int attempt, PodTemplates templates) {
        PodTemplateSpec template = templates.of("metadata.labels['" + Ranks.TASK_INDEX + "']", 0);
        Map<String, Object> spec = new TreeMap<>();
        spec.put("schedulerName", "volcano");
        spec.put("minAvailable", workload.nodes());
        spec.put("maxRetry", 0);
        spec.put("ttlSecondsAfterFinished", JobObject.keptSeconds());
        spec.put("plugins", Map.of("svc", List.of("--publish-not-ready-addresses=true"), "env", List.of()));
        spec.put(
                "policies",
                List.of(
                        Map.of("event", "PodFailed", "action", "AbortJob"),
                        Map.of("event", "PodEvicted", "action", "AbortJob"),
                        Map.of("event", "TaskCompleted", "action", "CompleteJob")));
        if (workload.placement().queue() != null) {
            spec.put("queue", workload.placement().queue());
        }
        spec.put(
                "tasks",
                List.of(Map.of("name", TASK, "replicas", workload.nodes(), "template", CustomObjects.plain(template))));
        return CustomObjects.of(KIND, workload, attempt, spec);
    }
}
