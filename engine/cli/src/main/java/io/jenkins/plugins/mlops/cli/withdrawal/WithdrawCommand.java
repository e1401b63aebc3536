package io.jenkins.plugins.mlops.cli.withdrawal;

import io.jenkins.plugins.mlops.cli.Subcommands;
import picocli.CommandLine.Command;

/** {@code mlops withdraw}: data that may no longer be used. */
@Command(
        name = "withdraw",
        description = "Withdraw files, recordings, datasets or models from use, and find what came from them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
@Subcommands({AddCommand.class, EndCommand.class, ListCommand.class, ReportCommand.class})
public final class WithdrawCommand {}
