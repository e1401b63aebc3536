package io.jenkins.plugins.mlops.core.dataset;

import java.time.Duration;

/**
 * A pull that succeeded.
 *
 * @param version the version that was asked for; of a partial pull too, whose directory does not hold all of it
 * @param manifest of the whole version
 * @param files in the directory
 * @param bytes of those files
 * @param downloadedFiles that were not in the cache
 * @param downloadedBytes that came over the network for them
 */
public record PullResult(
        DatasetVersion version,
        Manifest manifest,
        long files,
        long bytes,
        long downloadedFiles,
        long downloadedBytes,
        Duration time) {}
