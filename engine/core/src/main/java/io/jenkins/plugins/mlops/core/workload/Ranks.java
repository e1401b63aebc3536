package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.Map;

/** Which rank of its workload a pod is, as its controller says. */
public final class Ranks {

    static final String INDEX = "batch.kubernetes.io/job-completion-index";
    static final String REPLICA_TYPE = "training.kubeflow.org/replica-type";
    static final String REPLICA_INDEX = "training.kubeflow.org/replica-index";
    static final String TASK_INDEX = "volcano.sh/task-index";

    private Ranks() {}

    /** 0 or more; 0 also for a pod that does not say. */
    public static int of(Pod pod) {
        Map<String, String> told = new HashMap<>();
        if (pod.getMetadata().getAnnotations() != null) {
            told.putAll(pod.getMetadata().getAnnotations());
        }
        if (pod.getMetadata().getLabels() != null) {
            told.putAll(pod.getMetadata().getLabels());
        }
        if (told.containsKey(REPLICA_INDEX)) {
            return number(told.get(REPLICA_INDEX)) + ("worker".equalsIgnoreCase(told.get(REPLICA_TYPE)) ? 1 : 0);
        }
        return number(told.getOrDefault(INDEX, told.get(TASK_INDEX)));
    }

    private static int number(String text) {
        try {
            return text == null ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
