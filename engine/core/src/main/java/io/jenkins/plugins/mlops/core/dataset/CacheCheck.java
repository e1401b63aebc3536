package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.List;

/**
 * What a check of a cache found.
 *
 * @param files that were read
 * @param bytes of those files
 * @param touched files that are whole though somebody had written to them or changed their time; they are sealed again
 * @param damaged files that are not what their digest says; they were taken to the quarantine
 */
public record CacheCheck(long files, long bytes, long touched, List<Damaged> damaged) {

    public CacheCheck {
        damaged = List.copyOf(damaged);
    }

    public boolean intact() {
        return damaged.isEmpty();
    }

    /**
     * A damaged file.
     *
     * @param sha256 what it should be
     * @param found what it was
     * @param links files in pulled directories that are the same one, and so are damaged as well
     */
    public record Damaged(Digest sha256, Digest found, int links) {}
}
