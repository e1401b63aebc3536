package io.jenkins.plugins.mlops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./mlops} beside its jar, with a Java that tells what it was given. */
class LauncherTest {

    private static final Path LAUNCHER = Path.of("../../mlops");

    @TempDir
    private Path directory;

    private Path java;

    @BeforeEach
    void install() throws IOException {
        assumeTrue(Files.isRegularFile(LAUNCHER), "the launcher is not where it is in the repository");
        Files.copy(LAUNCHER, directory.resolve("mlops"));
        Files.createFile(directory.resolve("mlops.jar"));
        java = directory.resolve("home/bin/java");
        Files.createDirectories(java.getParent());
    }

    /** @param unknown the option that it refuses, as a pattern of the shell */
    private void java(String unknown) throws IOException {
        Files.writeString(java, """
                #!/bin/sh
                for option in "$@"; do
                    case $option in
                        %s) echo "Unrecognized VM option '$option'" >&2; exit 1 ;;
                    esac
                done
                case $* in
                    -version | *' -version') echo 'openjdk version "17.0.1"' >&2 ;;
                    *) printf '%%s\\n' "$@" ;;
                esac
                """.formatted(unknown));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Run(int exit, String said) {}

    private Run run(String options) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        "bash", directory.resolve("mlops").toString(), "--version")
                .redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of("JAVA_HOME", directory.resolve("home").toString(), "MLOPS_JAVA_OPTIONS", options));
        Path log = directory.resolve("log");
        Process process = builder.redirectOutput(log.toFile()).start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Run(process.exitValue(), Files.readString(log));
    }

    @Test
    void optionsOfTheUserMustBeKnown() throws Exception {
        java("-XX:MaxRamPercentage=*");

        Run run = run("-XX:MaxRamPercentage=50");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.said()).contains("Unrecognized VM option '-XX:MaxRamPercentage=50'");
        assertThat(run("-Xmx1g").said()).contains("-Xmx1g\n-jar\n", "-XX:-C1ProfileCalls\n", "\n--version\n");
    }

    @Test
    void optionsOfOursThatAJavaDoesNotKnowAreLeftOut() throws Exception {
        java("-XX:-C1*");

        Run run = run("-Xmx1g");

        assertThat(run.exit()).as(run.said()).isZero();
        assertThat(run.said()).contains("-Xmx1g\n-jar\n").doesNotContain("C1Profile", "IgnoreUnrecognized");
    }
}
