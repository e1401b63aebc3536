package io.jenkins.plugins.mlops.lineage;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.ExtensionPoint;
import hudson.model.Run;
import jenkins.util.Listeners;

/** Hears what the steps of builds did, once it is kept. */
public interface FactsListener extends ExtensionPoint {

    /**
     * Called after each change, on the thread of the step, which waits for it. What it throws is logged and harms nobody.
     *
     * @param before what was known until now
     */
    void changed(@NonNull Run<?, ?> run, @NonNull RunFacts before, @NonNull RunFacts after);

    /** Tells all of them. */
    static void fire(Run<?, ?> run, RunFacts before, RunFacts after) {
        Listeners.notify(FactsListener.class, true, listener -> listener.changed(run, before, after));
    }
}
