package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.dataset.CacheStats.Amount;

/**
 * What an eviction removed, or would remove.
 *
 * @param evicted verified files
 * @param partial downloads that nobody went on with
 * @param notes of objects whose file is gone, and of prefixes that nobody asked for in a long time
 * @param linked verified files that stay because they are linked into directories: removing them would free nothing
 * @param held verified files that stay because a pull or a named lease holds them
 * @param left all bytes that the cache has now, or would have
 */
public record EvictionResult(Amount evicted, Amount partial, Amount notes, Amount linked, Amount held, long left) {}
