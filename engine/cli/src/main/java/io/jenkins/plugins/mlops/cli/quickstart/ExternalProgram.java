package io.jenkins.plugins.mlops.cli.quickstart;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs a program of the host to its end, its output in a log. */
final class ExternalProgram {

    private static final int SHOWN_LINES = 15;

    private final Map<String, String> environment;
    private final Path log;

    /**
     * @param environment all of the program's variables
     * @param log appended to
     */
    ExternalProgram(Map<String, String> environment, Path log) {
        this.environment = Map.copyOf(environment);
        this.log = log;
    }

    /**
     * Runs it.
     *
     * @param what what it does, for the error: "Installing MLflow"
     * @throws MlopsException of kind FAILED with the log's end, or INTERRUPTED; the program and its children have ended then
     */
    void run(String what, Path directory, Duration limit, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw MlopsException.failed(what + " failed: " + command.get(0) + " does not start: " + e.getMessage(), e);
        }
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw MlopsException.failed(what + " failed: it took longer than " + limit.toMinutes()
                        + " minutes; the end of " + log + " is:\n" + lastLines(log));
            }
        } catch (InterruptedException e) {
            throw MlopsException.interrupted(what);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw MlopsException.failed(what + " failed with exit code " + process.exitValue() + "; the end of " + log
                    + " is:\n" + lastLines(log));
        }
    }

    /** The end of a log, indented. */
    static String lastLines(Path log) {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()).stream()
                    .map(line -> "  " + line)
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            return "  (it cannot be read: " + e + ")";
        }
    }
}
