package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the dataset cache is. */
public final class CacheOptions {

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Dataset cache; else MLOPS_CACHE_DIR, else $$XDG_CACHE_HOME/mlops, else ~/.cache/mlops.")
    private Path cache;

    public DatasetCache cache(Host host) {
        return DatasetCache.at(host.resolve(directory(host)));
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
}
