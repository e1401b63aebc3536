package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Cause;
import hudson.model.TaskListener;

/** A version of a dataset was published. */
public final class VersionCause extends Cause {

    private final VersionAction published;

    VersionCause(VersionAction published) {
        this.published = published;
    }

    @NonNull
    public VersionAction getPublished() {
        return published;
    }

    @Override
    public String getShortDescription() {
        return "Dataset " + published.getName() + " published: " + published.getVersion();
    }

    @Override
    public void print(TaskListener listener) {
        listener.getLogger().println(getShortDescription() + " (" + published.getManifest() + ")");
    }
}
