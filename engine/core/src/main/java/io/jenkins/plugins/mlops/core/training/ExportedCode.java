package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.lineage.Repeats;
import io.jenkins.plugins.mlops.core.source.SourceRevision;

/**
 * Says that a directory is a copy of code, all of whose files count, whatever repository it lies in.
 *
 * @param source where it was copied from; null when that is no Git repository
 * @param repeats the training that it is to be repeated for; null for none
 */
public record ExportedCode(SourceRevision source, Repeats repeats) {

    public ExportedCode(SourceRevision source) {
        this(source, null);
    }
}
