package io.jenkins.plugins.mlops.core.registry;

import java.util.Map;

/**
 * A run as the tracking server has it.
 *
 * @param artifactUri where its artifacts lie: {@code s3://...} or {@code mlflow-artifacts:/...}
 * @param metrics last value of each metric
 */
public record TrackedRun(
        String runId,
        String experimentId,
        String name,
        RunStatus status,
        String artifactUri,
        Map<String, String> params,
        Map<String, Double> metrics,
        Map<String, String> tags) {}
