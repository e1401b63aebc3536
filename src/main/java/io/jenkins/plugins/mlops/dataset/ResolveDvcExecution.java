package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import io.jenkins.plugins.mlops.cache.AgentCache;
import io.jenkins.plugins.mlops.lineage.RunFacts.Action;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.step.AgentStepExecution;
import java.io.IOException;
import java.util.Objects;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Reads what DVC says of an output in a repository of the workspace, on its agent. */
final class ResolveDvcExecution extends AgentStepExecution<Dataset> {

    private static final long serialVersionUID = 1L;

    private final DatasetAddress address;
    private final String store;

    ResolveDvcExecution(StepContext context, DatasetAddress address, @CheckForNull String store)
            throws IOException, InterruptedException {
        super(context);
        this.address = address;
        this.store = store;
    }

    @Override
    protected String doing() {
        return "resolving " + address;
    }

    @Override
    protected Dataset work(@NonNull FilePath directory) throws IOException, InterruptedException {
        JobPolicy policy = JobPolicy.of(run());
        Dataset dataset = new DvcWork(
                        directory,
                        policy.objectStore(store),
                        run(),
                        policy,
                        AgentCache.of(workspace().computer()),
                        workspace().toString())
                .resolve(Objects.requireNonNull(address.dvc(), "an output of DVC is resolved"));
        DatasetUses.record(run(), useId(), Action.RESOLVED, null, dataset, null);
        listener().getLogger().println("Resolved " + address + ": " + dataset);
        return dataset;
    }
}
