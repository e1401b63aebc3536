package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** The training that a command is about. */
final class RunArgument {

    @Parameters(paramLabel = "DIR", description = "The run directory of a training on a cluster.")
    private Path directory;

    /** @throws MlopsException of kind USAGE when there is none */
    Path directory(Host host) {
        Path resolved = host.resolve(directory);
        if (!ClusterTraining.isIn(resolved)) {
            throw MlopsException.usage("There is no training of a cluster in " + resolved
                    + ": name the directory that 'mlops train --backend kubernetes' told");
        }
        return resolved;
    }
}
