package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import jenkins.model.CauseOfInterruption;

/** Somebody said no to a promotion, or nobody said yes in time. */
public class RejectedPromotion extends CauseOfInterruption {

    private static final long serialVersionUID = 1L;

    private final String what;
    private final String by;
    private final String reason;

    /** @param by null when the time was over */
    RejectedPromotion(String what, @CheckForNull String by, @CheckForNull String reason) {
        this.what = what;
        this.by = by;
        this.reason = reason;
    }

    @Override
    public String getShortDescription() {
        return by == null
                ? what + " was not approved in time"
                : what + " was rejected by " + by + (reason == null ? "" : ": " + reason);
    }
}
