package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops train resume}. */
@Command(
        name = "resume",
        description = "Go on with a training on a cluster whose watcher is gone, where it stands by now.",
        mixinStandardHelpOptions = true)
final class ResumeCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private RunArgument run;

    @Mixin
    private ClusterSession.Options session;

    @Mixin
    private OutputOptions output;

    ResumeCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Path directory = run.directory(host);
        Output out = output.output(host);
        try (ClusterSession opened = session.open(host, directory);
                ClusterTraining training = ClusterTraining.open(directory, opened.services());
                TrainingPrinter printer = new TrainingPrinter(out)) {
            return new ClusterDriver(training, opened.services(), printer, out).toEnd();
        }
    }
}
