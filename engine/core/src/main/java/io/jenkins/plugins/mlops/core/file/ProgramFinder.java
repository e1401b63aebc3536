package io.jenkins.plugins.mlops.core.file;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds a program as a shell does: a name on the path, anything with a slash from the working directory. Immutable. */
public final class ProgramFinder {

    private final Path directory;
    private final String searchPath;

    /**
     * @param searchPath the variable PATH that the program will see, null for none
     */
    public ProgramFinder(Path directory, String searchPath) {
        this.directory = directory;
        this.searchPath = searchPath == null ? "" : searchPath;
    }

    /** The program; empty when there is none. */
    public Optional<Path> find(String program) {
        if (program.contains("/") || program.contains(File.separator)) {
            return Stream.of(directory.resolve(program)).filter(this::isProgram).findFirst();
        }
        return Stream.of(searchPath.split(Pattern.quote(File.pathSeparator)))
                .flatMap(entry -> resolve(entry, program))
                .filter(this::isProgram)
                .findFirst();
    }

    /** @throws MlopsException of kind USAGE when there is none */
    public Path get(String program) {
        return find(program)
                .orElseThrow(() -> MlopsException.usage("The program '" + program + "' "
                        + (program.contains("/")
                                ? "is not there, or not executable, seen from " + directory
                                : "is not on the PATH")
                        + ": install it, or name it by its path"));
    }

    private Stream<Path> resolve(String entry, String program) {
        try {
            return entry.isEmpty()
                    ? Stream.empty()
                    : Stream.of(directory.resolve(entry).resolve(program));
        } catch (InvalidPathException e) {
            return Stream.empty();
        }
    }

    private boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
