package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.List;

/**
 * What a check of a pulled directory found.
 *
 * @param version the content id of the version that was pulled
 * @param selection which part of it
 * @param files that belong there
 * @param bytes of those files
 * @param problems none when the directory is intact
 */
public record DatasetCheck(Digest version, Selection selection, long files, long bytes, List<Problem> problems) {

    /** A path and what is wrong there. */
    public record Problem(String path, String problem) {}

    public DatasetCheck {
        problems = List.copyOf(problems);
    }

    public boolean intact() {
        return problems.isEmpty();
    }
}
