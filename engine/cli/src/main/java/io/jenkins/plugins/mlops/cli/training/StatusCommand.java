package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.training.ClusterTrainingStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops train status}. */
@Command(
        name = "status",
        description = "Tell how a training on a cluster stands, as its run directory has it.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private RunArgument run;

    @Mixin
    private OutputOptions output;

    StatusCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        ClusterTrainingStatus status = ClusterTraining.status(run.directory(host));
        output.output(host).result(ClusterStatusText.of(status), status);
        return 0;
    }
}
