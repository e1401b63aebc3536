package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.cache.AgentCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.lineage.RunFacts.Action;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.step.RestartableStepExecution;
import java.io.IOException;
import java.nio.file.Path;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Asks the object store from the controller. */
final class ResolveDatasetExecution extends RestartableStepExecution<Dataset> {

    private static final long serialVersionUID = 1L;

    private final DatasetAddress address;
    private final String store;

    ResolveDatasetExecution(StepContext context, DatasetAddress address, @CheckForNull String store) {
        super(context);
        this.address = address;
        this.store = store;
    }

    @Override
    protected String doing() {
        return "resolving " + address;
    }

    @Override
    protected Dataset work() throws IOException, InterruptedException {
        DatasetReference reference = address.reference(Path.of("."));
        JobPolicy policy = JobPolicy.of(run());
        policy.checkLocation(S3Uri.parse(reference.toString()));
        DatasetVersion version;
        try (ObjectStore connection =
                ObjectStore.connect(policy.objectStore(store).settings(run()))) {
            version = new Datasets(connection, DatasetCache.at(AgentCache.ofController())).resolve(reference);
        }
        Dataset dataset = Dataset.of(version, reference);
        DatasetUses.record(run(), useId(), Action.RESOLVED, null, dataset, null);
        listener().getLogger().println("Resolved " + address + ": " + dataset);
        return dataset;
    }
}
