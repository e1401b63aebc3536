package io.jenkins.plugins.mlops.core.execution;

import io.jenkins.plugins.mlops.core.diagnosis.End;
import java.time.Duration;

/**
 * What a step of an execution asks for.
 *
 * @param after when to step again at the latest, null when it is done; a change in the cluster is a reason to step earlier
 * @param end how it ended, null while it goes on
 */
public record Next(Duration after, End end) {

    public static Next after(Duration wait) {
        return new Next(wait, null);
    }

    public static Next done(End end) {
        return new Next(null, end);
    }

    public boolean isDone() {
        return end != null;
    }
}
