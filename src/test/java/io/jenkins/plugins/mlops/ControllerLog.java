package io.jenkins.plugins.mlops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** What a controller of {@link RealJenkinsExtension} logs, over all its restarts. */
public final class ControllerLog {

    /** What Jenkins says when it does not persist, load or send something, or drops what it read. */
    private static final Pattern REFUSED = Pattern.compile(
            "Refusing to (un)?marshal|might be dangerous, so rejecting|redirect/class-filter|ClassFilter|CannotResolveClass"
                    + "|NonExistentFieldException|Skipping a non-existent field|NotSerializableException"
                    + "|InvalidClassException|Failed to (load|restore|deserialize)");

    private final Path file;

    private ControllerLog(Path file) {
        this.file = file;
    }

    /** Begins it; to be called before the controller starts. */
    public static ControllerLog of(RealJenkinsExtension jenkins) throws IOException {
        Path directory = jenkins.createTempDirectory("controller-log");
        Path file = directory.resolve("controller.log");
        Path settings = directory.resolve("logging.properties");
        Files.writeString(settings, """
                handlers = java.util.logging.ConsoleHandler, java.util.logging.FileHandler
                java.util.logging.FileHandler.pattern = %s
                java.util.logging.FileHandler.append = true
                java.util.logging.FileHandler.encoding = UTF-8
                java.util.logging.FileHandler.formatter = java.util.logging.SimpleFormatter
                """.formatted(file));
        jenkins.javaOptions("-Djava.util.logging.config.file=" + settings);
        return new ControllerLog(file);
    }

    /** Everything that was persisted was loaded again, as far as the controller says. */
    public void assertNothingRefused() throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            List<String> log = lines.toList();
            assertThat(log).as("the log is written").anyMatch(line -> line.contains("fully up and running"));
            assertThat(log.stream().filter(line -> REFUSED.matcher(line).find()))
                    .isEmpty();
        }
    }
}
