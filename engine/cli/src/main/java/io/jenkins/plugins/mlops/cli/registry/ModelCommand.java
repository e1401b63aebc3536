package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.Subcommands;
import picocli.CommandLine.Command;

/** {@code mlops model}: versions of registered models and the aliases that point to them. */
@Command(
        name = "model",
        description = "Register models, approve, promote and roll back by alias, and show what there is.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
@Subcommands({
    RegisterCommand.class,
    ApproveCommand.class,
    PromoteCommand.class,
    RollbackCommand.class,
    SettleCommand.class,
    HistoryCommand.class,
    ShowModelCommand.class
})
public final class ModelCommand {}
