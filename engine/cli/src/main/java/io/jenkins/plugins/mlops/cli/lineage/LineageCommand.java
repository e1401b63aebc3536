package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Subcommands;
import picocli.CommandLine.Command;

/** {@code mlops lineage}: where models come from, and which models came from something. */
@Command(
        name = "lineage",
        description = "Where a model comes from, and which models came from a dataset, file, commit or image.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
@Subcommands({
    ShowCommand.class,
    FindCommand.class,
    VerifyCommand.class,
    SyncCommand.class,
    RebuildCommand.class,
    DeliverCommand.class
})
public final class LineageCommand {}
