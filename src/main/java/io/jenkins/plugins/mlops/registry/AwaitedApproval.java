package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.InvisibleAction;
import hudson.model.Run;
import java.io.IOException;

/** Says of a build that a promotion waits or waited in it for a person, who decides on its page though nothing else may be recorded. */
final class AwaitedApproval extends InvisibleAction {

    /** Saved at once, so that the page is there after the controller was killed. */
    static void mark(@NonNull Run<?, ?> build) throws IOException {
        synchronized (AwaitedApproval.class) {
            if (build.getAction(AwaitedApproval.class) != null) {
                return;
            }
            build.addAction(new AwaitedApproval());
        }
        build.save();
    }
}
