package io.jenkins.plugins.mlops.core.workload;

import java.util.Map;
import java.util.TreeMap;

/** The labels and annotations by which objects of ours are told from others, and from each other. */
public final class Labels {

    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    public static final String MANAGER = "mlops-pipeline";

    private static final String OURS = "mlops-pipeline.jenkins.io/";

    /** Who watches over it. */
    public static final String CONTROLLER = OURS + "controller";

    /** The run's UUID. */
    public static final String RUN = OURS + "run";

    public static final String ROLE = OURS + "role";
    public static final String ATTEMPT = OURS + "attempt";

    /** Annotation: where people find the run. */
    public static final String LINK = OURS + "link";

    /** Annotation: when its controller last said that it watches, as an instant. */
    public static final String REFRESHED = OURS + "refreshed";

    private Labels() {}

    /** The labels of one attempt's objects. */
    public static Map<String, String> of(Workload.Identity identity, int attempt) {
        Map<String, String> labels = new TreeMap<>();
        labels.put(MANAGED_BY, MANAGER);
        labels.put(CONTROLLER, identity.controller());
        labels.put(RUN, identity.run());
        labels.put(ROLE, role(identity.role()));
        labels.put(ATTEMPT, Integer.toString(attempt));
        return labels;
    }

    /** A role as a label has it. */
    public static String role(Workload.Role role) {
        return role.name().toLowerCase(java.util.Locale.ROOT);
    }
}
