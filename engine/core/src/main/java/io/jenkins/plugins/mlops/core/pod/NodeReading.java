package io.jenkins.plugins.mlops.core.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a pod can say of its node without a right of any kind: the kernel shows its drivers to every container.
 *
 * @param kernel its version
 * @param driver version of the NVIDIA driver, null without one
 * @param gpus the models of the node's GPUs, each once; empty where the driver shows them to nobody
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeReading(String kernel, String driver, List<String> gpus) {

    private static final Pattern DRIVER = Pattern.compile("Kernel Module.*?\\s([0-9]+(?:\\.[0-9]+)+)\\s");
    private static final Pattern MODEL = Pattern.compile("(?m)^Model:\\s*(.+?)\\s*$");

    public NodeReading {
        gpus = gpus == null ? List.of() : List.copyOf(gpus);
    }

    /** Of this pod's node. */
    static NodeReading here() {
        return read(FileSystems.getDefault().getPath("/proc"), System.getProperty("os.version"));
    }

    static NodeReading read(Path proc, String kernel) {
        Path nvidia = proc.resolve("driver/nvidia");
        String driver = text(nvidia.resolve("version"))
                .flatMap(text -> first(DRIVER, text))
                .orElse(null);
        return new NodeReading(kernel, driver, gpus(nvidia.resolve("gpus")));
    }

    private static List<String> gpus(Path directory) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(gpu -> text(gpu.resolve("information")))
                    .flatMap(Optional::stream)
                    .flatMap(text -> first(MODEL, text).stream())
                    .distinct()
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Optional<String> first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
