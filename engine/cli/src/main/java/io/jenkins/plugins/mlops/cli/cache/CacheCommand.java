package io.jenkins.plugins.mlops.cli.cache;

import io.jenkins.plugins.mlops.cli.Subcommands;
import picocli.CommandLine.Command;

/** The commands for the dataset cache. */
@Command(
        name = "cache",
        description = "See, shrink and check the dataset cache of this machine.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
@Subcommands({StatsCommand.class, GcCommand.class, VerifyCommand.class})
public final class CacheCommand {}
