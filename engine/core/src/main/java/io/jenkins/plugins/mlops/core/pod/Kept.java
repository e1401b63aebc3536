package io.jenkins.plugins.mlops.core.pod;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What was kept of a rank's outputs; written after all else.
 *
 * @param problem why they could not be kept, a sentence; null when they were
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Kept(long files, long bytes, String problem) {}
