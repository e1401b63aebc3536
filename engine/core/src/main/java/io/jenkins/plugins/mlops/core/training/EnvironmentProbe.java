package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.file.ProgramFinder;
import io.jenkins.plugins.mlops.core.training.TrainingBackend.Command;
import io.jenkins.plugins.mlops.core.training.TrainingBackend.Installed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds out what is installed where a command will run: the packages of the Python interpreter that the command names, or
 * that the script it names begins with. The interpreter itself is asked, in the command's environment.
 */
final class EnvironmentProbe {

    private static final Duration TIME_LIMIT = Duration.ofMinutes(1);
    private static final Pattern PYTHON = Pattern.compile("python[0-9.]*");
    private static final int SHEBANG_BYTES = 512;

    private final TrainingBackend backend;

    EnvironmentProbe(TrainingBackend backend) {
        this.backend = backend;
    }

    /**
     * Asks the interpreter.
     *
     * @param searchPath PATH as the command sees it
     * @param file where the list is kept
     * @return empty when the command names no Python
     * @throws MlopsException of kind FAILED when the interpreter does not answer, INTERRUPTED when the thread is interrupted
     */
    Optional<Installed> probe(Command command, String searchPath, Path file) {
        Optional<String> interpreter =
                interpreter(command.arguments().get(0), new ProgramFinder(command.directory(), searchPath));
        if (interpreter.isEmpty()) {
            return Optional.empty();
        }
        TrainingBackend.Ending ending = backend.run(
                new Command(
                        List.of(interpreter.get(), "-c", script(), file.toString()),
                        command.directory(),
                        command.environment(),
                        TIME_LIMIT,
                        command.log()),
                line -> {});
        if (!ending.succeeded()) {
            throw MlopsException.failed("the interpreter " + interpreter.get() + " " + ending.explanation()
                    + " when it was asked what is installed, see " + command.log());
        }
        PythonEnvironment found = Documents.read(file, PythonEnvironment.class);
        try {
            Documents.writeJson(file, found);
            return Optional.of(new Installed(
                    file,
                    Digest.of(file),
                    found.implementation() + " " + found.python() + " with "
                            + found.packages().size() + " packages"));
        } catch (IOException e) {
            throw MlopsException.failed("The file " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static Optional<String> interpreter(String program, ProgramFinder programs) {
        Optional<Path> found = programs.find(program);
        if (found.isEmpty() || isPython(found.get())) {
            return found.map(Path::toString);
        }
        String[] words = shebang(found.get()).split("\\s+");
        if (Path.of(words[0]).endsWith("env") && words.length > 1) {
            return programs.find(words[1]).filter(EnvironmentProbe::isPython).map(Path::toString);
        }
        return Optional.of(words[0]).filter(word -> !word.isEmpty() && isPython(Path.of(word)));
    }

    private static boolean isPython(Path program) {
        Path name = program.getFileName();
        return name != null && PYTHON.matcher(name.toString()).matches();
    }

    /** What follows {@code #!} in the file's first line, "" when there is none. */
    private static String shebang(Path script) {
        try (InputStream in = Files.newInputStream(script)) {
            String start = new String(in.readNBytes(SHEBANG_BYTES), StandardCharsets.ISO_8859_1);
            return start.startsWith("#!") && start.indexOf('\0') < 0
                    ? start.substring(2).lines().findFirst().orElse("").strip()
                    : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static String script() {
        try (InputStream in = EnvironmentProbe.class.getResourceAsStream("environment.py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("environment.py cannot be read", e);
        }
    }
}
