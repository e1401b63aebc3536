package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Subcommands;
import picocli.CommandLine.Command;

/** The commands for datasets. */
@Command(
        name = "dataset",
        description = "Publish datasets, name exactly one version, pull it verified, check it.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
@Subcommands({
    PublishCommand.class,
    AbortUploadsCommand.class,
    CardCommand.class,
    DeriveCommand.class,
    ResolveCommand.class,
    SnapshotCommand.class,
    CombineCommand.class,
    PullCommand.class,
    VerifyCommand.class,
    CheckCommand.class
})
public final class DatasetCommand {}
