package io.jenkins.plugins.mlops.core.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeReadingTest {

    @TempDir
    private Path proc;

    @Test
    void theKernelShowsItsDriver() throws IOException {
        write(
                "version",
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build  (dvs-builder@U16-I3-B16-4-3)\n"
                        + "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n");
        write("gpus/0000:01:00.0/information", "Model: \t\t NVIDIA A100-SXM4-80GB\nIRQ:   \t\t 84\n");
        write("gpus/0000:02:00.0/information", "Model: \t\t NVIDIA A100-SXM4-80GB\nIRQ:   \t\t 85\n");

        assertThat(NodeReading.read(proc, "6.1.0"))
                .isEqualTo(new NodeReading("6.1.0", "550.54.15", List.of("NVIDIA A100-SXM4-80GB")));
    }

    @Test
    void theClosedModuleIsReadToo() throws IOException {
        write("version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\n");

        assertThat(NodeReading.read(proc, "6.1.0")).isEqualTo(new NodeReading("6.1.0", "535.104.05", List.of()));
    }

    @Test
    void withoutADriverThereIsNone() {
        assertThat(NodeReading.read(proc, "6.1.0")).isEqualTo(new NodeReading("6.1.0", null, List.of()));
    }

    private void write(String path, String text) throws IOException {
        Path file = proc.resolve("driver/nvidia").resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
