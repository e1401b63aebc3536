package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.training.TrainingServices;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.util.Map;

/** What every training of a command uses, for as long as it runs. */
public final class LocalSession implements AutoCloseable {

    private static final String BUILDER = "https://plugins.jenkins.io/mlops-pipeline/cli";

    private final MlflowServer server;
    private final PulledDatasets pulled;
    private final PulledDatasets evaluation;
    private final TrainingServices services;

    LocalSession(
            MlflowSettings mlflow,
            ObjectStoreSettings store,
            ObjectStoreSettings evaluationStore,
            LineageStore lineage,
            Withdrawals withdrawals,
            DatasetCache cache,
            Keyring keys) {
        server = MlflowServer.connect(mlflow, store);
        pulled = new PulledDatasets(store, cache, withdrawals, keys);
        evaluation = new PulledDatasets(evaluationStore, cache, withdrawals, keys);
        services = new TrainingServices(
                pulled,
                evaluation,
                server,
                server,
                mlflow,
                lineage,
                withdrawals,
                new TrainingServices.Builder(BUILDER, Map.of("mlops", MlopsCommand.version())));
    }

    public TrainingServices services() {
        return services;
    }

    @Override
    public void close() {
        pulled.close();
        evaluation.close();
        server.close();
    }
}
