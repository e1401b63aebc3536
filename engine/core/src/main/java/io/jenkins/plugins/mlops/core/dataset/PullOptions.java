package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;

/**
 * How a dataset is pulled.
 *
 * @param jobs most downloads at a time, each on one connection, 1 to 256
 * @param placement how files get from the cache into the directory
 * @param selection which files are wanted
 * @param force whether files in the directory that no pull put there may be deleted
 */
public record PullOptions(int jobs, Placement placement, Selection selection, boolean force) {

    /** All files, hard-linked, with eight downloads at a time. */
    public static final PullOptions DEFAULT = new PullOptions(8, Placement.HARDLINK, Selection.ALL, false);

    private static final int MAX_JOBS = 256;

    /** How a file gets from the cache into the directory. */
    public enum Placement {
        /** A read-only link to the cached file, which costs neither time nor space; a copy where links cannot be made. */
        HARDLINK,
        /** A copy that may be written to. */
        COPY
    }

    public PullOptions {
        requireJobs(jobs);
    }

    static int requireJobs(int jobs) {
        if (jobs < 1 || jobs > MAX_JOBS) {
            throw MlopsException.usage("The number of jobs is " + jobs + ": 1 to " + MAX_JOBS + " are possible");
        }
        return jobs;
    }

    public PullOptions withSelection(Selection other) {
        return new PullOptions(jobs, placement, other, force);
    }
}
