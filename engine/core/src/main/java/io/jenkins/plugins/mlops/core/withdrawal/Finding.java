package io.jenkins.plugins.mlops.core.withdrawal;

import io.jenkins.plugins.mlops.core.lineage.LineageOrigin;

/** Withdrawn data in a dataset or model. @param origin what it is and the way it went in */
public record Finding(Withdrawal withdrawal, LineageOrigin origin) {

    /** As a part of a sentence. */
    @Override
    public String toString() {
        return origin + " (" + withdrawal + ")";
    }
}
