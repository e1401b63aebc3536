package io.jenkins.plugins.mlops.core.withdrawal;

import io.jenkins.plugins.mlops.core.lineage.LineageOrigin;

/**
 * Withdrawn data in a dataset or model.
 *
 * @param origin what it is and the way it went in
 * @param file where a file is in the dataset that was asked about, null when it is not there or not known
 */
public record Finding(Withdrawal withdrawal, LineageOrigin origin, String file) {

    /** As a part of a sentence. */
    @Override
    public String toString() {
        return origin + (file == null ? "" : " as " + file) + " (" + withdrawal + ")";
    }
}
