package io.jenkins.plugins.mlops.lineage;

import hudson.model.Run;
import jenkins.model.RunAction2;

/** The page of a build that tells what its steps did. Persisted without content: that lies in a file of its own. */
public class MlopsBuildAction implements RunAction2 {

    private transient Run<?, ?> run;

    @Override
    public void onAttached(Run<?, ?> run) {
        this.run = run;
    }

    @Override
    public void onLoad(Run<?, ?> run) {
        this.run = run;
    }

    public Run<?, ?> getRun() {
        return run;
    }

    @Override
    public String getIconFileName() {
        return null;
    }

    @Override
    public String getDisplayName() {
        return "MLOps";
    }

    @Override
    public String getUrlName() {
        return "mlops";
    }
}
