package io.jenkins.plugins.mlops.cli.cache;

import picocli.CommandLine.Command;

/** The commands for the dataset cache. */
@Command(
        name = "cache",
        description = "See, shrink and check the dataset cache of this machine.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {StatsCommand.class, GcCommand.class, VerifyCommand.class})
public final class CacheCommand {}
