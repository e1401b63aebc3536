package io.jenkins.plugins.mlops.cli.image;

import io.jenkins.plugins.mlops.cli.Subcommands;
import picocli.CommandLine.Command;

/** {@code mlops image}: container images and their digests. */
@Command(
        name = "image",
        description = "Container images and their digests.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
@Subcommands(ResolveImageCommand.class)
public final class ImageCommand {}
