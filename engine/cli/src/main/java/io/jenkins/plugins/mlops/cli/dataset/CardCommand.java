package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Subcommands;
import picocli.CommandLine.Command;

/** The commands for dataset cards. */
@Command(
        name = "card",
        description = "Owner, licence and more of a published version, and whether it is anonymised.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
@Subcommands({ShowCardCommand.class, SetCardCommand.class, CardHistoryCommand.class})
final class CardCommand {}
