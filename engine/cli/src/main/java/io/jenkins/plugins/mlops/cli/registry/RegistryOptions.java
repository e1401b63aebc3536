package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.AuthorOption;
import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import picocli.CommandLine.Mixin;

/** The servers of the commands that change a registry, and who they say did it. */
final class RegistryOptions {

    @Mixin
    private ServerOptions servers;

    @Mixin
    private LineageStoreOption lineageStore;

    @Mixin
    private EvidenceOptions evidence;

    @Mixin
    private AuthorOption author;

    MlflowServer connect(Host host) {
        return MlflowServer.connect(servers.mlflow(host), servers.objectStore(host));
    }

    LineageStore lineage(Host host) {
        return lineageStore.open(host);
    }

    /** The evidence store, whose journals decide; null when none is named. The caller closes it. */
    EvidenceStore evidence(Host host) {
        return evidence.open(host, servers).orElse(null);
    }

    /** @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when none is named */
    EvidenceStore requireEvidence(Host host) {
        return evidence.require(host, servers);
    }

    String by(Host host) {
        return author.by(host);
    }
}
