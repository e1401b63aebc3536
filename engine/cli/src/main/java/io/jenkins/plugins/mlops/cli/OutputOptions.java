package io.jenkins.plugins.mlops.cli;

import picocli.CommandLine.Option;

/** The options that every command has; mix in with {@code @Mixin OutputOptions output}. */
public final class OutputOptions {

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress and no notes on standard error.")
    private boolean quiet;

    public Output output(Host host) {
        return new Output(host, json, quiet);
    }
}
