package io.jenkins.plugins.mlops.cli;

import picocli.CommandLine.Option;

/** Who does what is recorded; mix in with {@code @Mixin AuthorOption author}. */
public final class AuthorOption {

    @Option(
            names = "--by",
            paramLabel = "WHO",
            description = "Who does it, for the record; else USER, else the system's name of the user.")
    private String by;

    public String by(Host host) {
        if (by != null && !by.isBlank()) {
            return by;
        }
        String user = host.variable("USER");
        return user == null ? System.getProperty("user.name") : user;
    }
}
