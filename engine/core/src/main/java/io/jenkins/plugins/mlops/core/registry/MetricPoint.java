package io.jenkins.plugins.mlops.core.registry;

/**
 * A value of a metric, as a run logged it.
 *
 * @param timestamp milliseconds of the epoch
 * @param value maybe not finite
 */
public record MetricPoint(long step, long timestamp, double value) {}
