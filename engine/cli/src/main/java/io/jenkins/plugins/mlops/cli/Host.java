package io.jenkins.plugins.mlops.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the command has from the process it runs in; tests give it their own.
 *
 * @param environment variables
 * @param directory what relative paths are resolved against
 * @param out standard output: results alone
 * @param err standard error: progress, notes and errors
 * @param terminal whether standard error is a terminal that can rewrite its line
 */
public record Host(
        Map<String, String> environment, Path directory, PrintStream out, PrintStream err, boolean terminal) {

    /** This process. */
    public static Host ofProcess() {
        return new Host(
                System.getenv(), Path.of("").toAbsolutePath(), System.out, System.err, System.console() != null);
    }

    /** A variable's value, null when it is unset or blank. */
    public String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value;
    }

    public Path resolve(Path path) {
        return directory.resolve(path).normalize();
    }
}
