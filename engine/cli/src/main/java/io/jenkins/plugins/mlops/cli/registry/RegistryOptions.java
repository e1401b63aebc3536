package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The servers of the commands that change a registry, and who they say did it. */
final class RegistryOptions {

    @Mixin
    private ServerOptions servers;

    @Mixin
    private LineageStoreOption lineageStore;

    @Option(
            names = "--by",
            paramLabel = "WHO",
            description = "Who does it, for the record; else USER, else the system's name of the user.")
    private String by;

    MlflowServer connect(Host host) {
        return MlflowServer.connect(servers.mlflow(host), servers.objectStore(host));
    }

    LineageStore lineage(Host host) {
        return lineageStore.open(host);
    }

    String by(Host host) {
        if (by != null && !by.isBlank()) {
            return by;
        }
        String user = host.variable("USER");
        return user == null ? System.getProperty("user.name") : user;
    }
}
