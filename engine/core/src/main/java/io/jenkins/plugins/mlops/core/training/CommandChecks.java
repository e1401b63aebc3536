package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.List;
import java.util.regex.Pattern;

/** What a specification may say of commands and variables. */
public final class CommandChecks {

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final List<String> RESERVED_VARIABLES = List.of("MLOPS_", "MLFLOW_", "AWS_");

    private CommandChecks() {}

    /** @return a copy @throws MlopsException of kind USAGE that names the key */
    public static List<String> command(String key, List<String> command) {
        if (command == null || command.isEmpty()) {
            throw MlopsException.usage(key + " is empty: a list of the program and its arguments is wanted");
        }
        for (String argument : command) {
            if (argument == null || argument.indexOf('\0') >= 0) {
                throw MlopsException.usage(key + " has an argument that is empty or holds a NUL character");
            }
        }
        if (command.get(0).isBlank()) {
            throw MlopsException.usage(key + " has no program as its first element");
        }
        return List.copyOf(command);
    }

    /** @throws MlopsException of kind USAGE when a specification may not set it */
    public static void variable(String variable, String value) {
        if (!VARIABLE.matcher(variable).matches()) {
            throw MlopsException.usage("environment: '" + variable + "' is no name of a variable");
        }
        for (String reserved : RESERVED_VARIABLES) {
            if (variable.startsWith(reserved)) {
                throw MlopsException.usage("environment: " + variable + " is refused: variables that begin with "
                        + reserved + " are not set by a specification");
            }
        }
        if (value == null || value.indexOf('\0') >= 0) {
            throw MlopsException.usage("environment: " + variable + " has no value, or one with a NUL character");
        }
    }
}
