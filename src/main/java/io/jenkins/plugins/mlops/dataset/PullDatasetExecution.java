package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.FilePath;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.lineage.RunFacts.Action;
import io.jenkins.plugins.mlops.step.AgentStepExecution;
import io.jenkins.plugins.mlops.step.AgentTask;
import io.jenkins.plugins.mlops.step.BuildProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Pulls on the agent; the bytes do not pass the controller. Done again after a restart or the loss of the agent, it takes what
 * was downloaded before from the agent's cache.
 */
final class PullDatasetExecution extends AgentStepExecution<Dataset> {

    private static final long serialVersionUID = 1L;

    private final PullRequest request;
    private final String role;
    private final String store;

    PullDatasetExecution(StepContext context, PullRequest request, String role, @CheckForNull String store)
            throws IOException, InterruptedException {
        super(context);
        this.request = request;
        this.role = role;
        this.store = store;
        if (!role.equals(Provenance.TRAINING_DATA) && !role.equals(Provenance.EVALUATION_DATA)) {
            throw new AbortException("pullDataset's role is training or evaluation, not '" + role + "'");
        }
    }

    @Override
    protected String doing() {
        return "pulling " + request.address();
    }

    @Override
    protected Dataset work(@NonNull FilePath directory) throws IOException, InterruptedException {
        StoreAccess access =
                new StoreAccess(MlopsConfiguration.get().objectStore(store).settings(run()));
        String cache = AgentCache.directory(workspace().computer());
        listener().getLogger().println("Pulling " + request.address() + " into " + request.into());
        Dataset dataset = directory.act(new Task(request, access, cache, listener()));
        KeptManifest.keep(
                directory.child(Objects.requireNonNull(dataset.getDirectory())).child(Datasets.MANIFEST_PATH),
                Digest.parse(Objects.requireNonNull(dataset.getVersion())));
        DatasetUses.record(
                run(), useId(), Action.PULLED, role, dataset, workspace().node());
        listener()
                .getLogger()
                .println("Pulled " + dataset + ": " + Amounts.filesAndBytes(dataset.getFiles(), dataset.getBytes())
                        + "; downloaded "
                        + Amounts.filesAndBytes(dataset.getDownloadedFiles(), dataset.getDownloadedBytes()));
        return dataset;
    }

    private static final class Task extends AgentTask<Dataset> {

        private static final long serialVersionUID = 1L;

        private final PullRequest request;
        private final StoreAccess access;
        private final String cache;
        private final TaskListener listener;

        Task(PullRequest request, StoreAccess access, String cache, TaskListener listener) {
            this.request = request;
            this.access = access;
            this.cache = cache;
            this.listener = listener;
        }

        @Override
        protected Dataset run(Path workspace) {
            Path into = workspace.resolve(request.into()).normalize();
            PullResult result;
            try (ObjectStore connection = access.connect()) {
                result = new Datasets(connection, DatasetCache.at(Path.of(cache)))
                        .pull(
                                request.address().reference(workspace),
                                into,
                                request.options(),
                                BuildProgress.to(listener));
            }
            return Dataset.pulled(result, request.address().toString(), into.toString());
        }
    }
}
