package io.jenkins.plugins.mlops.cli.evidence;

import io.jenkins.plugins.mlops.cli.Subcommands;
import picocli.CommandLine.Command;

/** {@code mlops evidence}: the place where records outlive machines. */
@Command(
        name = "evidence",
        description = "The evidence store: a bucket or directory to which records are only ever added.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
@Subcommands({InitCommand.class, StatusCommand.class})
public final class EvidenceCommand {}
