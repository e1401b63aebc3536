package io.jenkins.plugins.mlops.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LocalServerTest {

    @TempDir
    private Path directory;

    @Test
    void showsTheLastLinesOfAServerThatEndsWhileItStarts() {
        LocalServer server = start("echo the port is taken; exit 3");

        assertThatExceptionOfType(MlopsException.class)
                .isThrownBy(() -> server.await("/", log()))
                .withMessageContaining("ended while it started")
                .withMessageContaining("the port is taken");
    }

    @Test
    void stopsChildrenToo() throws Exception {
        LocalServer server = start("sleep 300 & echo $! > child; wait");
        Path child = directory.resolve("child");
        while (!Files.exists(child) || Files.readString(child).isBlank()) {
            Thread.sleep(20);
        }
        ProcessHandle handle =
                ProcessHandle.of(Long.parseLong(Files.readString(child).trim())).orElseThrow();

        server.stop();

        assertThat(server.isRunning()).isFalse();
        handle.onExit().get(10, java.util.concurrent.TimeUnit.SECONDS);
    }

    @Test
    void stopsInSpiteOfAnInterruptAndKeepsIt() {
        LocalServer server = start("sleep 300");
        Thread.currentThread().interrupt();

        server.stop();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(server.isRunning()).isFalse();
    }

    @Test
    void leavesAnotherProcessWithTheSameIdAlone() {
        LocalServer server = start("sleep 300");
        LocalServer earlier = new LocalServer(
                "earlier", server.url(), server.pid(), server.started().minus(Duration.ofHours(1)));

        earlier.stop();

        assertThat(server.isRunning()).isTrue();
        server.stop();
    }

    @Test
    void tellsAnEndedProcessFromARunningOne() {
        assertThat(new LocalServer("gone", URI.create("http://127.0.0.1:1"), Integer.MAX_VALUE, Instant.EPOCH)
                        .isRunning())
                .isFalse();
    }

    private LocalServer start(String script) {
        return LocalServer.start(
                "test",
                URI.create("http://127.0.0.1:" + LocalServer.freePort()),
                directory,
                log(),
                Map.of("PATH", System.getenv("PATH")),
                List.of("sh", "-c", script));
    }

    private Path log() {
        return directory.resolve("log");
    }
}
