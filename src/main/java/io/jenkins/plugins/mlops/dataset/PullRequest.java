package io.jenkins.plugins.mlops.dataset;

import hudson.AbortException;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.dataset.Selection;
import java.io.Serializable;
import java.util.ArrayList;

/** What is to be pulled, and how. Immutable; persisted with the step and sent to its agent. */
final class PullRequest implements Serializable {

    private static final long serialVersionUID = 1L;

    private final DatasetAddress address;
    private final String into;
    private final int jobs;
    private final String link;
    private final ArrayList<String> include;
    private final int sample;
    private final boolean force;

    PullRequest(PullDatasetStep step, DatasetAddress address) throws AbortException {
        this.address = address;
        this.into = step.getInto();
        this.jobs = step.getJobs();
        this.link = step.getLink();
        this.include = new ArrayList<>(step.getInclude());
        this.sample = step.getSample();
        this.force = step.isForce();
        if (into == null) {
            throw new AbortException("pullDataset wants 'into', a directory of the workspace");
        }
        try {
            options();
        } catch (MlopsException e) {
            throw new AbortException("pullDataset: " + e.getMessage());
        }
    }

    private PullRequest(PullRequest other, DatasetAddress address) {
        this.address = address;
        this.into = other.into;
        this.jobs = other.jobs;
        this.link = other.link;
        this.include = other.include;
        this.sample = other.sample;
        this.force = other.force;
    }

    /** The same of another dataset. */
    PullRequest of(DatasetAddress another) {
        return new PullRequest(this, another);
    }

    DatasetAddress address() {
        return address;
    }

    /** The directory, from the workspace on. */
    String into() {
        return into;
    }

    PullOptions options() {
        PullOptions options = new PullOptions(jobs, placement(), new Selection(include, sample), force);
        return address.sourceId() == null ? options : options.expecting(address.sourceId());
    }

    private PullOptions.Placement placement() {
        return switch (link) {
            case PullDatasetStep.HARDLINK -> PullOptions.Placement.HARDLINK;
            case PullDatasetStep.COPY -> PullOptions.Placement.COPY;
            default -> throw MlopsException.usage("'link' is hardlink or copy, not '" + link + "'");
        };
    }
}
