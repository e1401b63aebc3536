package io.jenkins.plugins.mlops.cli.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs {@code mlops} commands as a user would, in this process: the same arguments, variables, documents and exit codes. */
final class MlopsCalls {

    private final Map<String, String> environment;
    private final Path directory;
    private final Path log;
    private final Narrator narrator;

    /**
     * @param environment what the commands see
     * @param directory what they run in
     * @param log where their standard error goes
     */
    MlopsCalls(Map<String, String> environment, Path directory, Path log, Narrator narrator) {
        this.environment = Map.copyOf(environment);
        this.directory = directory;
        this.log = log;
        this.narrator = narrator;
    }

    /** What a command answered. */
    record Answer(int exitCode, JsonNode document) {}

    /** Runs a command that must end with code 0; returns its document. */
    JsonNode run(String... arguments) {
        return run(List.of(), arguments).document();
    }

    /**
     * Runs a command and tells it.
     *
     * @param codes exit codes beside 0 that are no failure
     * @throws MlopsException of the kind of any other exit code
     */
    Answer run(List<Integer> codes, String... arguments) {
        narrator.command("mlops " + commandLine(arguments));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        Result result = execute(all);
        JsonNode document = Documents.readJson(
                result.out().isBlank() ? "{}" : result.out(), "the answer of mlops " + arguments[0], JsonNode.class);
        if (result.exitCode() == 0 || codes.contains(result.exitCode())) {
            return new Answer(result.exitCode(), document);
        }
        throw new MlopsException(
                kind(result.exitCode()),
                "'mlops " + commandLine(arguments) + "' ended with exit code " + result.exitCode() + ": "
                        + document.at("/error/message").asText("no reason was given") + " (" + log + " says more)");
    }

    /** Runs a command once more for the text that it shows to people. */
    String text(String... arguments) {
        return execute(List.of(arguments)).out();
    }

    private record Result(int exitCode, String out) {}

    private Result execute(List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PrintStream captured = new PrintStream(out, true, StandardCharsets.UTF_8);
                PrintStream errors = new PrintStream(
                        Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                        true,
                        StandardCharsets.UTF_8)) {
            errors.println("$ mlops " + String.join(" ", arguments));
            int code = MlopsCommand.commandLine(new Host(environment, directory, captured, errors, false))
                    .execute(arguments.toArray(String[]::new));
            captured.flush();
            return new Result(code, out.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw MlopsException.failed("The log " + log + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static MlopsException.Kind kind(int exitCode) {
        for (MlopsException.Kind kind : MlopsException.Kind.values()) {
            if (kind.exitCode() == exitCode) {
                return kind;
            }
        }
        return MlopsException.Kind.FAILED;
    }

    /** The arguments as a shell would want them. */
    private static String commandLine(String... arguments) {
        StringBuilder line = new StringBuilder();
        for (String argument : arguments) {
            line.append(line.isEmpty() ? "" : " ")
                    .append(argument.matches("[\\w@%+=:,./-]+") ? argument : "'" + argument + "'");
        }
        return line.toString();
    }
}
