package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpecBuilder;
import java.util.Map;
import java.util.TreeMap;

/**
 * A Job of which one failed pod fails all: retries are new Jobs, so that each has its own name, logs and end. A pod that the cluster
 * disturbs fails it by a rule, whose words stay in the Job's condition when the pod is long gone. All are Indexed, one pod or many.
 */
final class JobObject {

    /** Kueue finds the queue of a Job or JobSet by this label; it suspends and resumes, and nobody else does. */
    static final String QUEUE = "kueue.x-k8s.io/queue-name";

    private static final int KEPT_SECONDS = 86_400;

    private JobObject() {}

    static Job of(Workload workload, int attempt, PodTemplates templates) {
        return new JobBuilder()
                .withMetadata(metadata(workload, attempt))
                .withSpec(spec(workload, templates, workload.nodes() > 1 ? workload.attemptName(attempt) : null))
                .build();
    }

    static ObjectMeta metadata(Workload workload, int attempt) {
        Map<String, String> labels = new TreeMap<>(Labels.of(workload.identity(), attempt));
        if (workload.placement().queue() != null && workload.kind() != Workload.Kind.VOLCANO) {
            labels.put(QUEUE, workload.placement().queue());
        }
        Map<String, String> annotations = PodTemplates.annotations(workload);
        return new ObjectMetaBuilder()
                .withName(workload.attemptName(attempt))
                .withLabels(labels)
                .withAnnotations(annotations.isEmpty() ? null : annotations)
                .build();
    }

    /** @param service the headless Service that names the pods, null for none, or one of the controller's own */
    static JobSpec spec(Workload workload, PodTemplates templates, String service) {
        PodTemplateSpec template = templates.of("metadata.annotations['" + Ranks.INDEX + "']", 0);
        template.getSpec().setSubdomain(service);
        return new JobSpecBuilder()
                .withParallelism(workload.nodes())
                .withCompletions(workload.nodes())
                .withCompletionMode("Indexed")
                .withBackoffLimit(0)
                .withActiveDeadlineSeconds(longest(workload))
                .withTtlSecondsAfterFinished(KEPT_SECONDS)
                .withNewPodFailurePolicy()
                .addNewRule()
                .withAction("FailJob")
                .addNewOnPodCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .endOnPodCondition()
                .endRule()
                .endPodFailurePolicy()
                .withTemplate(template)
                .build();
    }

    /** Ends what nobody watches any more; null when the workload has no limits itself. */
    static Long longest(Workload workload) {
        Workload.Limits limits = workload.limits();
        if (limits.queue() == null || limits.run() == null) {
            return null;
        }
        return limits.queue().plus(limits.run()).plus(limits.grace()).toSeconds() + 2 * PodTemplates.KEEP_SECONDS;
    }

    static int keptSeconds() {
        return KEPT_SECONDS;
    }
}
