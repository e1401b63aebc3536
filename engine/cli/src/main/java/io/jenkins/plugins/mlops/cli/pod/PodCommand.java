package io.jenkins.plugins.mlops.cli.pod;

import io.jenkins.plugins.mlops.cli.Subcommands;
import picocli.CommandLine.Command;

/** What runs in the pods of a training, in containers of the tool image. */
@Command(
        name = "pod",
        description = "What runs in a training's pods beside its command; the pods call it, people do not.",
        mixinStandardHelpOptions = true,
        hidden = true,
        synopsisSubcommandLabel = "COMMAND")
@Subcommands({SupplyCommand.class, AwaitCommand.class, KeepCommand.class})
public final class PodCommand {}
