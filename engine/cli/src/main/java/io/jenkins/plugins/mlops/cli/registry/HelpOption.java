package io.jenkins.plugins.mlops.cli.registry;

import picocli.CommandLine.Option;

/** Help alone, for commands whose {@code --version} is a model's and not the program's. */
final class HelpOption {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    private boolean help;
}
