package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** The training that a command is about. */
final class RunArgument {

    @Parameters(paramLabel = "DIR", description = "The run directory of a training or evaluation on a cluster.")
    private Path directory;

    /** @throws MlopsException of kind USAGE when there is none */
    Path directory(Host host) {
        Path resolved = host.resolve(directory);
        if (!ClusterRuns.isIn(resolved)) {
            throw MlopsException.usage("There is no training or evaluation on a cluster in " + resolved
                    + ": name the directory that 'mlops train' or 'mlops evaluate', with --backend kubernetes, told");
        }
        return resolved;
    }
}
