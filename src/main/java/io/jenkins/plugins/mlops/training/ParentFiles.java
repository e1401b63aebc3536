package io.jenkins.plugins.mlops.training;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.training.ParentModel;
import java.io.Serializable;

/** A {@link ParentModel} that can be persisted and sent to an agent. */
final class ParentFiles implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String uri;
    private final String runId;
    private final String artifactPath;
    private final String registered;

    ParentFiles(ParentModel parent) {
        uri = parent.uri();
        runId = parent.runId();
        artifactPath = parent.artifactPath();
        registered = parent.digest() == null ? null : parent.digest().toString();
    }

    String uri() {
        return uri;
    }

    /** The run that has its files. */
    String runId() {
        return runId;
    }

    ParentModel model() {
        return new ParentModel(uri, runId, artifactPath, registered == null ? null : Digest.parse(registered));
    }
}
