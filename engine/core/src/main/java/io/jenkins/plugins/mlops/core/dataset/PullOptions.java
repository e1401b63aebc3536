package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;

/**
 * How a dataset is pulled.
 *
 * @param jobs most downloads at a time, each on one connection, 1 to 256
 * @param placement how files get from the cache into the directory
 * @param selection which files are wanted
 * @param force whether files in the directory that no pull put there may be deleted
 * @param sourceId what the reference must still stand for; null for whatever it stands for now
 * @param term how long the files stay in the cache after the pull; null for as long as the cache keeps them
 */
public record PullOptions(
        int jobs, Placement placement, Selection selection, boolean force, String sourceId, CacheTerm term) {

    /** All files, hard-linked, with eight downloads at a time. */
    public static final PullOptions DEFAULT = new PullOptions(8, Placement.HARDLINK, Selection.ALL, false);

    private static final int MAX_JOBS = 256;

    /** How a file gets from the cache into the directory. */
    public enum Placement {
        /** A read-only link to the cached file, which costs neither time nor space; a copy where links cannot be made. */
        HARDLINK,
        /** A copy that may be written to and shares its bytes with the cached file until then; a plain copy where there are none. */
        REFLINK,
        /** A copy that may be written to. */
        COPY
    }

    public PullOptions {
        requireJobs(jobs);
    }

    public PullOptions(int jobs, Placement placement, Selection selection, boolean force) {
        this(jobs, placement, selection, force, null, null);
    }

    static int requireJobs(int jobs) {
        if (jobs < 1 || jobs > MAX_JOBS) {
            throw MlopsException.usage("The number of jobs is " + jobs + ": 1 to " + MAX_JOBS + " are possible");
        }
        return jobs;
    }

    public PullOptions withSelection(Selection other) {
        return new PullOptions(jobs, placement, other, force, sourceId, term);
    }

    /** The same, for exactly what was resolved before. */
    public PullOptions expecting(String resolvedSourceId) {
        return new PullOptions(jobs, placement, selection, force, resolvedSourceId, term);
    }

    /** The same, with the files held in the cache for somebody after the pull. */
    public PullOptions holding(CacheTerm inCache) {
        return new PullOptions(jobs, placement, selection, force, sourceId, inCache);
    }

    /** Fails when the source is no longer what was resolved. */
    void requireExpected(String reference, String found) {
        if (sourceId != null && !sourceId.equals(found)) {
            throw MlopsException.refused(reference + " was " + sourceId + " when it was resolved and is " + found
                    + " now: resolve it again, or publish versions and pull those");
        }
    }
}
