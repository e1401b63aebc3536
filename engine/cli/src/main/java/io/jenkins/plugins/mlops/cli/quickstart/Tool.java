package io.jenkins.plugins.mlops.cli.quickstart;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.file.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Something that is installed once into a directory of its own and used by all later runs. What was installed is stamped
 * last; a directory without the right stamp is an unfinished or outdated one and is made again. Not for two threads at once.
 */
final class Tool {

    private static final String STAMP = "installed";
    private static final Duration LIMIT = Duration.ofMinutes(20);

    private final String name;
    private final Path directory;
    private final ExternalProgram program;

    /**
     * @param name for messages: "MLflow"
     */
    Tool(String name, Path directory, ExternalProgram program) {
        this.name = name;
        this.directory = directory;
        this.program = program;
    }

    /** Makes the directory a virtual environment with these packages, unless it is one; returns its Python. */
    Path virtualEnvironment(Path python, String requirements) {
        Path interpreter = directory.resolve("bin").resolve("python");
        String stamp = directory + "\n" + requirements;
        if (!isInstalled(stamp) || !Files.isExecutable(interpreter)) {
            clear();
            run(List.of(python.toString(), "-m", "venv", directory.toString()));
            Path file = directory.resolve("requirements.txt");
            write(file, requirements);
            // Byte code is written when a module is first used: compiling all of it takes as long as the download.
            run(List.of(
                    interpreter.toString(),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--no-compile",
                    "-r",
                    file.toString()));
            write(directory.resolve(STAMP), stamp);
        }
        return interpreter;
    }

    /** Fills the directory with the jars that a pom depends on, unless it holds them; returns it. */
    Path jars(Path maven, String pom) {
        if (!isInstalled(pom)) {
            clear();
            Path file = directory.resolve("pom.xml");
            write(file, pom);
            shield();
            run(List.of(
                    maven.toString(),
                    "--batch-mode",
                    "--no-transfer-progress",
                    "--file",
                    file.toString(),
                    "dependency:copy-dependencies",
                    "-DincludeScope=runtime",
                    "-DoutputDirectory=" + directory.resolve("lib")));
            write(directory.resolve(STAMP), pom);
        }
        return directory.resolve("lib");
    }

    /** Maven takes the nearest .mvn upwards; this one keeps it from that of a project around the quickstart's directory. */
    private void shield() {
        try {
            Files.createDirectory(directory.resolve(".mvn"));
        } catch (IOException e) {
            throw MlopsException.failed("The directory " + directory.resolve(".mvn") + " cannot be made: " + e, e);
        }
    }

    private boolean isInstalled(String stamp) {
        Path file = directory.resolve(STAMP);
        try {
            return Files.exists(file) && Files.readString(file).equals(stamp);
        } catch (IOException e) {
            return false;
        }
    }

    private void run(List<String> command) {
        program.run("Installing " + name, directory, LIMIT, command);
    }

    private void clear() {
        try {
            FileTree.delete(directory);
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw MlopsException.failed("The directory " + directory + " cannot be renewed: " + e, e);
        }
    }

    private void write(Path file, String text) {
        try {
            Documents.writeAtomically(file, text);
        } catch (IOException e) {
            throw MlopsException.failed("The file " + file + " cannot be written: " + e, e);
        }
    }
}
