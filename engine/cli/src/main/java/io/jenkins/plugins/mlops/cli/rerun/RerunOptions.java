package io.jenkins.plugins.mlops.cli.rerun;

import io.jenkins.plugins.mlops.cli.training.Backend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of every command that does a training again. */
final class RerunOptions {

    @Option(names = "--plan", description = "Print the plan and do nothing.")
    private boolean plan;

    @Option(
            names = "--spec",
            paramLabel = "FILE",
            description = "The training's specification, as it is called in the work tree; read from the commit.")
    private Path specification;

    @Option(
            names = "--repo",
            paramLabel = "DIR",
            description = "A clone that has the commit (default: the one that the working directory lies in).")
    private Path repository;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "process",
            description = "Where the commands run: process (default), or kubernetes.")
    private Backend backend;

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            description = "A fresh directory for all that the training makes (default: .mlops/runs/<uuid>).")
    private Path runDirectory;

    @Option(
            names = "--tolerance",
            paramLabel = "[METRIC=]T",
            description =
                    "How far a metric, or all others, may be apart: 0.002, 1%%, or 0.002,1%% for the larger of the two"
                            + " (default: 0.001,1%%). Several times.")
    private List<String> tolerances = new ArrayList<>();

    boolean planOnly() {
        return plan;
    }

    Path specification() {
        return specification;
    }

    Path repository() {
        return repository == null ? Path.of("") : repository;
    }

    Backend backend() {
        return backend;
    }

    Path runDirectory() {
        return runDirectory;
    }

    Tolerances tolerances() {
        return Tolerances.parse(tolerances);
    }
}
