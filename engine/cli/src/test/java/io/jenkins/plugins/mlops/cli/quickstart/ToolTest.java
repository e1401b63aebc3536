package io.jenkins.plugins.mlops.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a stand-in for Maven that notes each call. */
class ToolTest {

    @TempDir
    private Path directory;

    private Path maven;

    @BeforeEach
    void makeMaven() throws IOException {
        maven = script("echo call >> ../calls; mkdir -p lib; touch lib/server.jar");
    }

    @Test
    void installsOnce() throws IOException {
        tool().jars(maven, "<project/>");
        Path jars = tool().jars(maven, "<project/>");

        assertThat(jars.resolve("server.jar")).exists();
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    void keepsMavenFromTheConfigurationOfAProjectAround() throws IOException {
        Path finding = script("test -d .mvn && mkdir lib");

        assertThat(tool().jars(finding, "<project/>")).exists();
    }

    @Test
    void installsAgainWhenWhatIsWantedHasChanged() throws IOException {
        tool().jars(maven, "<project/>");
        tool().jars(maven, "<project>2</project>");

        assertThat(calls()).isEqualTo(2);
    }

    @Test
    void makesAnUnfinishedInstallationAnew() throws IOException {
        Path left = Files.createDirectories(directory.resolve("tool").resolve("lib"))
                .resolve("half.jar");
        Files.writeString(left, "half");

        tool().jars(maven, "<project/>");

        assertThat(left).doesNotExist();
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    void showsTheEndOfTheLogOfAFailedInstallationAndTriesAgainNextTime() throws IOException {
        Path broken = script("echo repository is away; exit 1");

        assertThatExceptionOfType(MlopsException.class)
                .isThrownBy(() -> tool().jars(broken, "<project/>"))
                .withMessageContaining("exit code 1")
                .withMessageContaining("repository is away");
        makeMaven();
        tool().jars(maven, "<project/>");
        assertThat(calls()).isEqualTo(1);
    }

    private Tool tool() {
        return new Tool(
                "the server",
                directory.resolve("tool"),
                new ExternalProgram(Map.of("PATH", System.getenv("PATH")), directory.resolve("log")));
    }

    private Path script(String text) throws IOException {
        Path file = directory.resolve("mvn");
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    private long calls() throws IOException {
        return Files.readAllLines(directory.resolve("calls")).size();
    }
}
