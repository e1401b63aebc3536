package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import io.jenkins.plugins.mlops.core.lineage.ModelName;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import picocli.CommandLine.Mixin;

/** The store and, where one is named, the MLflow server that the commands of this group ask. */
final class LineageOptions {

    @Mixin
    private LineageStoreOption store;

    @Mixin
    private ServerOptions servers;

    LineageStore store(Host host) {
        return store.open(host);
    }

    /** Null when no MLflow server is named. */
    RegisteredModels registered(Host host, LineageStore lineage) {
        if (!servers.hasMlflow(host)) {
            return null;
        }
        throw MlopsException.usage("Asking MLflow for the lineage of " + lineage.directory() + " is not yet possible");
    }

    static ModelLocator.Located locate(Host host, String model, LineageStore store, RegisteredModels registered) {
        return new ModelLocator(store, registered).locate(ModelName.parse(model, host.directory()));
    }
}
