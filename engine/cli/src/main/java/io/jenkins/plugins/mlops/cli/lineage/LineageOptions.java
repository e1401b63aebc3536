package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.util.Optional;
import picocli.CommandLine.Mixin;

/** The store and, where one is named, the MLflow server that the commands of this group ask. */
public final class LineageOptions {

    @Mixin
    private LineageStoreOption store;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private EvidenceOptions evidence;

    /** The evidence store; empty when none is named. */
    Optional<EvidenceStore> evidence(Host host) {
        return evidence.open(host, servers);
    }

    /** @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when none is named */
    public EvidenceStore requireEvidence(Host host) {
        return evidence.require(host, servers);
    }

    /** The object store that datasets lie in. */
    ObjectStore objects(Host host) {
        return ObjectStore.connect(servers.objectStore(host));
    }

    public LineageSources open(Host host) {
        LineageStore records = store.open(host);
        MlflowServer server =
                servers.hasMlflow(host) ? MlflowServer.connect(servers.mlflow(host), servers.objectStore(host)) : null;
        return new LineageSources(records, server);
    }

    /** The store alone; no server is asked. */
    public LineageStore store(Host host) {
        return store.open(host);
    }

    /** What people call a key of that id. */
    public String describeKey(Host host, String id) {
        return evidence.keys(host).trusted().describe(id);
    }
}
