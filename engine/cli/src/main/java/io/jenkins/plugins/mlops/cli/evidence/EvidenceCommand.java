package io.jenkins.plugins.mlops.cli.evidence;

import picocli.CommandLine.Command;

/** {@code mlops evidence}: the place where records outlive machines. */
@Command(
        name = "evidence",
        description = "The evidence store: a bucket or directory to which records are only ever added.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {InitCommand.class, StatusCommand.class})
public final class EvidenceCommand {}
