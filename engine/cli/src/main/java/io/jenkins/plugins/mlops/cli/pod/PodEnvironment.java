package io.jenkins.plugins.mlops.cli.pod;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import io.jenkins.plugins.mlops.core.pod.PodStores;
import io.jenkins.plugins.mlops.core.pod.RankIdentity;
import java.nio.file.Path;

/** What a tool container is told: by variables alone. */
record PodEnvironment(PodPlan plan, RankIdentity identity, Path root, Path cache) {

    /** For trying the commands outside of a pod: where {@code /mlops} and {@code /mlops-cache} are. */
    private static final String ROOT_VARIABLE = "MLOPS_POD_ROOT";

    private static final String CACHE_VARIABLE = "MLOPS_POD_CACHE";

    /** @throws MlopsException of kind USAGE outside of such a pod */
    static PodEnvironment of(Host host) {
        String plan = host.variable(PodPlan.VARIABLE);
        if (plan == null) {
            throw MlopsException.usage(
                    PodPlan.VARIABLE + " is not set: this command runs in the pods that 'mlops train' makes");
        }
        return new PodEnvironment(
                Documents.readJson(plan, PodPlan.VARIABLE, PodPlan.class),
                RankIdentity.of(host.environment()),
                directory(host, ROOT_VARIABLE, PodPlan.ROOT),
                directory(host, CACHE_VARIABLE, PodPlan.CACHE_ROOT));
    }

    private static Path directory(Host host, String variable, String otherwise) {
        String named = host.variable(variable);
        return Path.of(named == null ? otherwise : named);
    }

    PodStores stores(Host host) {
        return PodStores.of(plan, host::variable);
    }
}
