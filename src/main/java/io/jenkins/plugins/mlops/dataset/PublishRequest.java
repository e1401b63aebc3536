package io.jenkins.plugins.mlops.dataset;

import hudson.AbortException;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.Serializable;

/** What is to be published, and where to. Immutable; persisted with the step and sent to its agent. */
final class PublishRequest implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String directory;
    private final String name;
    private final String to;
    private final int jobs;

    PublishRequest(PublishDatasetStep step) throws AbortException {
        this.directory = step.getDirectory();
        this.name = step.getName();
        this.to = step.getTo();
        this.jobs = step.getJobs();
        if (directory == null || name == null || to == null) {
            throw new AbortException(
                    "publishDataset wants 'directory', the dataset's 'name', and 'to' (s3://bucket/prefix)");
        }
        try {
            to();
            options();
        } catch (MlopsException e) {
            throw new AbortException("publishDataset: " + e.getMessage());
        }
    }

    String directory() {
        return directory;
    }

    String name() {
        return name;
    }

    S3Uri to() {
        return S3Uri.parse(to);
    }

    PublishOptions options() {
        return new PublishOptions(jobs, PublishOptions.DEFAULT.links());
    }
}
