package io.jenkins.plugins.mlops.core.dvc;

import io.jenkins.plugins.mlops.core.store.S3Uri;

/**
 * A file of an output and the object that holds its bytes.
 *
 * @param path below the output's root
 * @param md5 32 lower-case hex digits; null when DVC did not write it down, as for imported directories of a versioned bucket
 * @param hash how the MD5 was computed
 * @param location the object; null when DVC never pushed the file
 * @param etag of the object, where DVC wrote it down
 * @param versionId of the object, where DVC wrote it down
 * @param size in bytes; -1 when DVC did not write it down
 */
public record DvcHashed(
        String path, String md5, DvcHash hash, S3Uri location, String etag, String versionId, long size) {}
