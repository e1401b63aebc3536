package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.AuthorOption;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.ServerOptions;
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
    private AuthorOption author;

    MlflowServer connect(Host host) {
        return MlflowServer.connect(servers.mlflow(host), servers.objectStore(host));
    }

    LineageStore lineage(Host host) {
        return lineageStore.open(host);
    }

    String by(Host host) {
        return author.by(host);
    }
}
