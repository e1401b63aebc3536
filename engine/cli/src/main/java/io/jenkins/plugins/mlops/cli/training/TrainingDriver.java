package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.ConfigurationFile;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.training.ExportedCode;
import io.jenkins.plugins.mlops.core.training.ProcessBackend;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import io.jenkins.plugins.mlops.core.training.TrainingRun;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import java.nio.file.Path;
import java.util.UUID;

/** Runs a training to its end, on this machine or on a cluster. */
public final class TrainingDriver {

    private final Host host;
    private final ClusterSession.Options session;
    private final Output out;

    public TrainingDriver(Host host, ClusterSession.Options session, Output out) {
        this.host = host;
        this.session = session;
        this.out = out;
    }

    /** What whoever set this machine or directory up requires of every training. */
    public static TrainingSpecification.Requirements required(Host host) {
        ConfigurationFile.Require file = ConfigurationFile.of(host).require();
        String variable = host.variable("MLOPS_REQUIRE_ANONYMISED");
        if (variable != null && !variable.equals("true") && !variable.equals("false")) {
            throw MlopsException.usage("MLOPS_REQUIRE_ANONYMISED is '" + variable + "': true or false is wanted");
        }
        return new TrainingSpecification.Requirements(
                file != null && file.anonymised() || Boolean.parseBoolean(variable));
    }

    /**
     * @param exported null when the code lies where the specification says
     * @param id names the training in MLflow and lineage
     * @param directory of the run; there must be nothing there, or an empty directory
     */
    public TrainingResult run(
            Backend backend, TrainingSpecification specification, ExportedCode exported, UUID id, Path directory) {
        return backend == Backend.KUBERNETES
                ? onCluster(specification, exported, id, directory)
                : inProcess(specification, exported, id, directory);
    }

    private TrainingResult inProcess(
            TrainingSpecification specification, ExportedCode exported, UUID id, Path directory) {
        try (LocalSession opened = session.openLocal(host);
                TrainingPrinter printer = new TrainingPrinter(out)) {
            return new TrainingRun(opened.services(), new ProcessBackend(host.environment()))
                    .run(specification, exported, id, directory, printer);
        }
    }

    private TrainingResult onCluster(
            TrainingSpecification specification, ExportedCode exported, UUID id, Path directory) {
        try (ClusterSession opened = session.open(host, directory);
                TrainingPrinter printer = new TrainingPrinter(out);
                ClusterTraining training =
                        ClusterTraining.start(specification, exported, id, directory, opened.services(), printer)) {
            new ClusterDriver(training, "training", opened.services(), printer, out).toEnd();
            return training.result().orElseThrow();
        }
    }
}
