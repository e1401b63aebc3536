package io.jenkins.plugins.mlops.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartCommandTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void namesPythonAndHowToInstallItWhenThereIsNone() {
        int code = execute(Map.of("PATH", directory.toString()), "quickstart");

        assertThat(code).isEqualTo(2);
        assertThat(text(err)).contains("Python 3.9").contains("apt install").hasLineCount(1);
    }

    @Test
    void namesMavenAndHowToInstallItWhenThereIsNone() throws Exception {
        Path python = directory.resolve("python3");
        Files.writeString(python, "#!/bin/sh\nexit 0\n");
        assertThat(python.toFile().setExecutable(true)).isTrue();

        int code = execute(Map.of("PATH", directory.toString()), "quickstart");

        assertThat(code).isEqualTo(2);
        assertThat(text(err)).contains("Maven").contains("apt install").hasLineCount(1);
    }

    @Test
    void takesAnOldPythonForNone() throws Exception {
        Path python = directory.resolve("python3");
        Files.writeString(python, "#!/bin/sh\necho too old\nexit 1\n");
        assertThat(python.toFile().setExecutable(true)).isTrue();

        assertThat(execute(Map.of("PATH", directory.toString()), "quickstart")).isEqualTo(2);

        assertThat(text(err)).contains("Python 3.9");
    }

    @Test
    void saysThatNothingRunsWhenThereIsNothingToStop() {
        assertThat(execute(Map.of(), "quickstart", "--stop")).isZero();

        assertThat(text(out)).contains("No server");
    }

    @Test
    void refusesToKeepAndToStop() {
        assertThat(execute(Map.of(), "quickstart", "--stop", "--keep")).isEqualTo(2);
    }

    @Test
    void refusesADirectoryThatIsAFile() throws Exception {
        Files.writeString(directory.resolve("file"), "");

        int code = execute(Map.of("PATH", directory.toString()), "quickstart", "--dir", "file");

        assertThat(code).isEqualTo(1);
        assertThat(text(err)).contains("--dir").hasLineCount(1);
    }

    private int execute(Map<String, String> environment, String... arguments) {
        Host host = new Host(
                environment,
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        return MlopsCommand.commandLine(host).execute(arguments);
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
