package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.progress.ByteSize;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The dataset cache of commands that pull. */
public final class CacheOptions {

    private static final String LIMIT = "MLOPS_CACHE_MAX_BYTES";

    @Mixin
    private CacheDirectoryOptions directory;

    @Option(
            names = "--cache-max-bytes",
            paramLabel = "SIZE",
            description =
                    "Keep the cache at this size: evict what was used least recently after a pull, such as 200GiB;"
                            + " else " + LIMIT + ", else no limit.")
    private String maxBytes;

    public DatasetCache cache(Host host) {
        return directory.cache(host).limitedTo(limit(host, maxBytes));
    }

    /**
     * The limit of a cache.
     *
     * @param option null for what the environment says
     * @return null when there is none
     * @throws MlopsException of kind USAGE when it is no size
     */
    public static Long limit(Host host, String option) {
        String limit = option == null ? host.variable(LIMIT) : option;
        return limit == null ? null : ByteSize.parse(limit);
    }
}
