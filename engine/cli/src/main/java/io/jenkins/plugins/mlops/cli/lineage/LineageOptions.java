package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import picocli.CommandLine.Mixin;

/** The store and, where one is named, the MLflow server that the commands of this group ask. */
final class LineageOptions {

    @Mixin
    private LineageStoreOption store;

    @Mixin
    private ServerOptions servers;

    LineageSources open(Host host) {
        LineageStore records = store.open(host);
        MlflowServer server =
                servers.hasMlflow(host) ? MlflowServer.connect(servers.mlflow(host), servers.objectStore(host)) : null;
        return new LineageSources(records, server);
    }
}
