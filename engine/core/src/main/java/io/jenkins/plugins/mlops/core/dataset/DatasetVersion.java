package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;

/**
 * One exact version of a dataset, as lineage, evaluations and trainings name it.
 *
 * @param name what people call it; from the manifest, else the last segment of the source
 * @param contentId over the path, size and SHA-256 of every file; null while the bytes have not passed yet
 * @param sourceId known before any byte moves
 * @param source where it comes from, as the user or the specification gave it
 * @param files number of files
 * @param bytes their size in all
 */
public record DatasetVersion(String name, Digest contentId, String sourceId, String source, long files, long bytes) {}
