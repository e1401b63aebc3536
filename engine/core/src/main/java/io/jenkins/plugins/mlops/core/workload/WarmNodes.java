package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import java.util.List;

/** Steers pods to nodes that have their data; where those have no room, others will do. */
final class WarmNodes {

    private static final int MOST = 100;

    private WarmNodes() {}

    static Affinity preferred(List<String> nodes) {
        return new AffinityBuilder()
                .withNewNodeAffinity()
                .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                .withWeight(MOST)
                .withNewPreference()
                .addNewMatchExpression()
                .withKey("kubernetes.io/hostname")
                .withOperator("In")
                .withValues(nodes)
                .endMatchExpression()
                .endPreference()
                .endPreferredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .build();
    }
}
