package io.jenkins.plugins.mlops.core.store;

import java.time.Instant;

/**
 * An upload in parts that was begun and neither completed nor aborted; its parts take room in the store and are seen by nobody.
 *
 * @param object what it would become
 * @param id by which the store knows it
 * @param begun by the store's clock
 */
public record UnfinishedUpload(S3Uri object, String id, Instant begun) {}
