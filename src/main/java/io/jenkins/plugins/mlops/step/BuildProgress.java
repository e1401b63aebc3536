package io.jenkins.plugins.mlops.step;

import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.core.progress.ProgressLines;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.time.Duration;

/** Tells in the build's log how far long work has come: seldom, since logs are kept. */
public final class BuildProgress {

    private static final Duration PERIOD = Duration.ofSeconds(10);

    private BuildProgress() {}

    public static ProgressListener to(TaskListener listener) {
        return new ProgressLines(PERIOD, line -> listener.getLogger().println(line));
    }
}
