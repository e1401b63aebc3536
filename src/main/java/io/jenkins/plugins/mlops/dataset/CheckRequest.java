package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.inspection.CheckSchema;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.Serializable;

/** What is to be checked, and how. Immutable; persisted with the step and sent to its agent. */
final class CheckRequest implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MAX_JOBS = 256;

    private final String path;
    private final String against;
    private final String group;
    private final String schema;
    private final Integer near;
    private final String report;
    private final int jobs;

    CheckRequest(CheckDatasetStep step) throws AbortException {
        this.path = step.getPath();
        this.against = step.getAgainst();
        this.group = step.getGroup();
        this.schema = step.getSchema();
        this.near = step.getNear();
        this.report = step.getReport();
        this.jobs = step.getJobs();
        if (path == null) {
            throw new AbortException("checkDataset wants 'path', a directory or a manifest of the workspace");
        }
        requireLocal(path);
        requireLocal(against);
        if (jobs < 1 || jobs > MAX_JOBS) {
            throw new AbortException("checkDataset: 'jobs' is 1 to " + MAX_JOBS + ", not " + jobs);
        }
        try {
            with(CheckSchema.DEFAULT);
        } catch (MlopsException e) {
            throw new AbortException("checkDataset: " + e.getMessage());
        }
    }

    private static void requireLocal(@CheckForNull String set) throws AbortException {
        if (set != null && S3Uri.isS3(set)) {
            throw new AbortException("checkDataset looks at what is in the workspace, and " + set
                    + " is not: pull it with pullDataset, and check the directory");
        }
    }

    /** A directory or a manifest, from the workspace on. */
    String path() {
        return path;
    }

    /** As {@link #path}; null for none. */
    @CheckForNull
    String against() {
        return against;
    }

    /** A file, from the workspace on; null for none. */
    @CheckForNull
    String schema() {
        return schema;
    }

    /** As {@link #schema}. */
    @CheckForNull
    String report() {
        return report;
    }

    int jobs() {
        return jobs;
    }

    /** A schema with what the step says. */
    CheckSchema with(CheckSchema read) {
        return read.with(group, near);
    }

    @Override
    public String toString() {
        return against == null ? path : path + " against " + against;
    }
}
