package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.Extension;
import hudson.model.EnvironmentContributor;
import hudson.model.Run;
import hudson.model.TaskListener;

/** Tells the scripts of a build which version was published. */
@Extension
public final class VersionEnvironment extends EnvironmentContributor {

    @Override
    public void buildEnvironmentFor(
            @SuppressWarnings("rawtypes") @NonNull Run run,
            @NonNull EnvVars environment,
            @NonNull TaskListener listener) {
        VersionAction published = ((Run<?, ?>) run).getAction(VersionAction.class);
        if (published == null) {
            return;
        }
        environment.put("MLOPS_DATASET", published.getManifest());
        environment.put("MLOPS_DATASET_NAME", published.getName());
        environment.put("MLOPS_DATASET_VERSION", published.getVersion());
        environment.put("MLOPS_DATASET_STORE", published.getStore());
    }
}
