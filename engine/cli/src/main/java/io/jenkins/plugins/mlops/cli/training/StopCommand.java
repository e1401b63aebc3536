package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops train stop}. */
@Command(
        name = "stop",
        description = {
            "Ask for a training on a cluster to be stopped and removed; whoever watches it does so.",
            "When nobody does, 'mlops train resume DIR' afterwards sees it through."
        },
        mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private RunArgument run;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the records.")
    private String reason;

    @Mixin
    private OutputOptions output;

    StopCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Path directory = run.directory(host);
        String said = reason == null ? "stopped by " + System.getProperty("user.name") : reason;
        boolean asked = ClusterRuns.stop(directory, said);
        output.output(host)
                .result(
                        asked
                                ? "Asked for the training in " + directory + " to be stopped"
                                : "The training in " + directory + " was over already",
                        Map.of("asked", asked));
        return 0;
    }
}
