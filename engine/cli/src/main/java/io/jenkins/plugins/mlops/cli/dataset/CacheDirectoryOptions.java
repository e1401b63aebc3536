package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Where the dataset cache is, and what lies below it. */
public final class CacheDirectoryOptions {

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Dataset cache; else MLOPS_CACHE_DIR, else $$XDG_CACHE_HOME/mlops, else ~/.cache/mlops.")
    private Path cache;

    @Option(
            names = "--cache-layer",
            paramLabel = "DIR",
            description =
                    "A cache below, whose files are used and which is never written to; may be given several times;"
                            + " else MLOPS_CACHE_LAYERS, separated as PATH is.")
    private List<Path> layers = new ArrayList<>();

    public DatasetCache cache(Host host) {
        return DatasetCache.at(host.resolve(directory(host)))
                .over(layers(host).stream().map(host::resolve).toList());
    }

    private Path directory(Host host) {
        if (cache != null) {
            return cache;
        }
        if (host.variable("MLOPS_CACHE_DIR") != null) {
            return Path.of(host.variable("MLOPS_CACHE_DIR"));
        }
        if (host.variable("XDG_CACHE_HOME") != null) {
            return Path.of(host.variable("XDG_CACHE_HOME"), "mlops");
        }
        String home = host.variable("HOME");
        return Path.of(home == null ? System.getProperty("user.home") : home, ".cache", "mlops");
    }

    private List<Path> layers(Host host) {
        String variable = host.variable("MLOPS_CACHE_LAYERS");
        return !layers.isEmpty() || variable == null
                ? layers
                : Stream.of(variable.split(Pattern.quote(File.pathSeparator)))
                        .filter(layer -> !layer.isBlank())
                        .map(Path::of)
                        .toList();
    }
}
