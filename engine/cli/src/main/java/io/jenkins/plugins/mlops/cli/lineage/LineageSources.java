package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import io.jenkins.plugins.mlops.core.lineage.ModelName;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;

/** What is asked about lineage while a command runs: the store, and MLflow where it is named. */
public final class LineageSources implements AutoCloseable {

    private final LineageStore store;
    private final MlflowServer server;
    private final RegisteredModels registered;

    /** @param server closed with this; null when none is named */
    LineageSources(LineageStore store, MlflowServer server) {
        this.store = store;
        this.server = server;
        this.registered = server == null ? null : new RegisteredModels(server, server, store);
    }

    public LineageStore store() {
        return store;
    }

    /** Null when no MLflow server is named. */
    public RegisteredModels registered() {
        return registered;
    }

    /** The runs of the MLflow server; null when none is named. */
    public TrackingServer tracking() {
        return server;
    }

    public ModelLocator.Located locate(Host host, String model) {
        return new ModelLocator(store, registered).locate(ModelName.parse(model, host.directory()));
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
