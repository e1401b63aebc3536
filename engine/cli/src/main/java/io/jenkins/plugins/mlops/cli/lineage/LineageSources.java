package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import io.jenkins.plugins.mlops.core.lineage.ModelName;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;

/** What is asked about lineage while a command runs: the store, and MLflow where it is named. */
final class LineageSources implements AutoCloseable {

    private final LineageStore store;
    private final MlflowServer server;
    private final RegisteredModels registered;

    /** @param server closed with this; null when none is named */
    LineageSources(LineageStore store, MlflowServer server) {
        this.store = store;
        this.server = server;
        this.registered = server == null ? null : new RegisteredModels(server, server, store);
    }

    LineageStore store() {
        return store;
    }

    /** Null when no MLflow server is named. */
    RegisteredModels registered() {
        return registered;
    }

    ModelLocator.Located locate(Host host, String model) {
        return new ModelLocator(store, registered).locate(ModelName.parse(model, host.directory()));
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
