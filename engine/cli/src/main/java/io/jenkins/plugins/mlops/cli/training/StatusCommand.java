package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import java.nio.file.Path;
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
        Path directory = run.directory(host);
        output.output(host).result(ClusterRuns.text(directory), ClusterRuns.status(directory));
        return 0;
    }
}
