package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.time.Duration;

/**
 * A publication that succeeded.
 *
 * @param location where the manifest lies
 * @param uploadedFiles whose bytes were not there yet
 * @param uploadedBytes of those files
 */
public record PublishResult(Manifest manifest, S3Uri location, long uploadedFiles, long uploadedBytes, Duration time) {}
