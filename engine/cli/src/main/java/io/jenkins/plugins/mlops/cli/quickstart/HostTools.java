package io.jenkins.plugins.mlops.cli.quickstart;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The programs that must be on the host, found before anything is made. */
record HostTools(Path python, Path maven) {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String CHECK =
            "import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 9) else 'too old: ' + sys.version)";

    /**
     * Finds them.
     *
     * @param log where the check of Python writes
     * @throws MlopsException of kind USAGE that names what is missing and how to install it
     */
    static HostTools find(Host host, Path log) {
        return new HostTools(python(host, log), maven(host));
    }

    private static Path python(Host host, Path log) {
        ExternalProgram check = new ExternalProgram(host.environment(), log);
        for (String name : List.of("python3", "python")) {
            Optional<Path> program = find(host, name);
            if (program.isPresent()) {
                try {
                    check.run(
                            "Python's check",
                            host.directory(),
                            LIMIT,
                            List.of(program.get().toString(), "-c", CHECK));
                    return program.get();
                } catch (MlopsException e) {
                    if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                        throw e;
                    }
                }
            }
        }
        throw MlopsException.usage("Python 3.9 or newer with venv is not on the PATH: install it"
                + " (Debian: apt install python3 python3-venv; macOS: brew install python)");
    }

    private static Path maven(Host host) {
        return find(host, "mvn")
                .orElseThrow(() -> MlopsException.usage("Maven (mvn), which fetches the S3 server, is not on the PATH:"
                        + " install it (Debian: apt install maven; macOS: brew install maven)"));
    }

    private static Optional<Path> find(Host host, String name) {
        String path = host.variable("PATH");
        return Stream.of((path == null ? "" : path).split(Pattern.quote(File.pathSeparator)))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> host.resolve(Path.of(directory)).resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /** The Java that this program runs on. */
    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** A text that the jar carries. */
    static String resource(String name) {
        try (var in = HostTools.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw MlopsException.failed("The jar cannot be read: " + e, e);
        }
    }
}
