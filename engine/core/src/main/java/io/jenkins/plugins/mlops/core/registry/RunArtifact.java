package io.jenkins.plugins.mlops.core.registry;

/**
 * A file of a run.
 *
 * @param path below the run's artifact root; keeps the rules of {@link io.jenkins.plugins.mlops.core.digest.TreePath}
 * @param size bytes, as the server says
 */
public record RunArtifact(String path, long size) {}
