package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.lineage.RunFacts.Action;
import io.jenkins.plugins.mlops.step.AgentStepExecution;
import io.jenkins.plugins.mlops.step.AgentTask;
import java.io.IOException;
import java.nio.file.Path;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Reads a manifest of the workspace, on its agent, so that its size does not matter. */
final class ReadManifestExecution extends AgentStepExecution<Dataset> {

    private static final long serialVersionUID = 1L;

    private final DatasetAddress address;

    ReadManifestExecution(StepContext context, DatasetAddress address) throws IOException, InterruptedException {
        super(context);
        this.address = address;
    }

    @Override
    protected String doing() {
        return "reading " + address;
    }

    @Override
    protected Dataset work(@NonNull FilePath directory) throws IOException, InterruptedException {
        Dataset dataset = directory.act(new Task(address));
        DatasetUses.record(run(), useId(), Action.RESOLVED, null, dataset, null);
        listener().getLogger().println("Resolved " + address + ": " + dataset);
        return dataset;
    }

    private static final class Task extends AgentTask<Dataset> {

        private static final long serialVersionUID = 1L;

        private final DatasetAddress address;

        Task(DatasetAddress address) {
            this.address = address;
        }

        @Override
        protected Dataset run(Path workspace) {
            Manifest manifest =
                    Manifest.read(Path.of(address.reference(workspace).manifest()));
            return Dataset.of(manifest.version(), DatasetReference.ofManifest(address.toString()));
        }
    }
}
