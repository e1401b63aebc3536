package io.jenkins.plugins.mlops.cli.quickstart;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where a quickstart keeps things: {@code tools/} outlives runs, {@code runs/<time>/} holds everything of one run.
 *
 * @param root what {@code --dir} names, absolute
 */
record QuickstartDirectory(Path root) {

    /** In a run's directory, for a shell: the variables that lead to its servers. */
    static final String VARIABLES_FILE = "variables.sh";

    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    Path tools() {
        return root.resolve("tools");
    }

    private Path runs() {
        return root.resolve("runs");
    }

    /** The log of a look at the host's programs, which comes before any run. */
    Path toolLog(String name) {
        try {
            Files.createDirectories(tools());
        } catch (IOException e) {
            throw unusable(e);
        }
        return tools().resolve(name + ".log");
    }

    /** A fresh directory for a run. */
    Run newRun() {
        String name = NAME.format(LocalDateTime.now());
        try {
            Files.createDirectories(runs());
            Path directory = runs().resolve(name);
            for (int i = 2; Files.exists(directory); i++) {
                directory = runs().resolve(name + "-" + i);
            }
            Run run = new Run(Files.createDirectory(directory));
            for (Path made : List.of(run.data(), run.buckets(), run.mlflow(), run.logs(), run.reports())) {
                Files.createDirectory(made);
            }
            return run;
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private MlopsException unusable(IOException e) {
        return MlopsException.failed(
                "The directory " + root + " cannot be used: " + e + "; give another one with --dir", e);
    }

    /** Runs there were, those that have been deleted left out. */
    List<Run> allRuns() {
        if (!Files.isDirectory(runs())) {
            return List.of();
        }
        try (Stream<Path> directories = Files.list(runs())) {
            return directories.sorted().map(Run::new).toList();
        } catch (IOException e) {
            throw MlopsException.failed("The directory " + runs() + " cannot be listed: " + e, e);
        }
    }

    /** One run's directory. */
    record Run(Path directory) {

        /** The Git repository with the training code. */
        Path code() {
            return directory.resolve("code");
        }

        /** The datasets as they were made, before they are published. */
        Path data() {
            return directory.resolve("data");
        }

        /** What the S3 server keeps. */
        Path buckets() {
            return directory.resolve("s3");
        }

        Path mlflow() {
            return directory.resolve("mlflow");
        }

        Path cache() {
            return directory.resolve("cache");
        }

        Path lineage() {
            return directory.resolve("lineage");
        }

        /** Where trainings work, a directory each. */
        Path trainings() {
            return directory.resolve("trainings");
        }

        /** Gate reports, a directory each. */
        Path reports() {
            return directory.resolve("reports");
        }

        Path logs() {
            return directory.resolve("logs");
        }

        /** Names the servers while they run. */
        Path servers() {
            return directory.resolve("servers.json");
        }
    }
}
