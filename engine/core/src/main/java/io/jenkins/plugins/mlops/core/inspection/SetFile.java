package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.digest.Digest;

/**
 * A file of a set.
 *
 * @param number from 0 on, in the order of the paths
 * @param size in bytes
 * @param sha256 null when it is not known without reading the file
 * @param group null for none
 */
record SetFile(int number, String path, long size, Digest sha256, String group) {

    /** What kind of file a name promises. */
    FileKind kind() {
        return FileKind.of(path);
    }
}
