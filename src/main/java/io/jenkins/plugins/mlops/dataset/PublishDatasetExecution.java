package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import hudson.model.TaskListener;
import hudson.slaves.WorkspaceList;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PublishResult;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.lineage.RunFacts.Action;
import io.jenkins.plugins.mlops.step.AgentStepExecution;
import io.jenkins.plugins.mlops.step.AgentTask;
import io.jenkins.plugins.mlops.step.BuildProgress;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Objects;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Publishes from the agent. Done again, it sends only what the store does not have. */
final class PublishDatasetExecution extends AgentStepExecution<Dataset> {

    private static final long serialVersionUID = 1L;

    private final PublishRequest request;
    private final String store;

    PublishDatasetExecution(StepContext context, PublishRequest request, @CheckForNull String store)
            throws IOException, InterruptedException {
        super(context);
        this.request = request;
        this.store = store;
    }

    @Override
    protected String doing() {
        return "publishing " + request.name();
    }

    @Override
    protected Dataset work(@NonNull FilePath directory) throws IOException, InterruptedException {
        StoreAccess access =
                new StoreAccess(MlopsConfiguration.get().objectStore(store).settings(run()));
        String cache = AgentCache.directory(workspace().computer());
        FilePath manifest = Objects.requireNonNull(
                        WorkspaceList.tempDir(directory), "a workspace has a temporary directory")
                .child("mlops-manifest-" + useId() + ".json");
        listener().getLogger().println("Publishing " + request.directory() + " as " + request.name());
        try {
            Published published = directory.act(new Task(request, access, cache, manifest.getRemote(), listener()));
            Dataset dataset = published.dataset;
            KeptManifest.keep(manifest, Digest.parse(Objects.requireNonNull(dataset.getVersion())));
            DatasetUses.record(run(), useId(), Action.PUBLISHED, null, dataset, null);
            listener()
                    .getLogger()
                    .println("Published " + dataset + ": "
                            + Amounts.filesAndBytes(dataset.getFiles(), dataset.getBytes()) + "; uploaded "
                            + Amounts.filesAndBytes(published.uploadedFiles, published.uploadedBytes) + "; "
                            + dataset.getSource());
            return dataset;
        } finally {
            manifest.delete();
        }
    }

    /** What the agent says. */
    private static final class Published implements Serializable {

        private static final long serialVersionUID = 1L;

        final Dataset dataset;
        final long uploadedFiles;
        final long uploadedBytes;

        Published(PublishResult result) {
            this.dataset =
                    Dataset.of(result.manifest().version(), result.location().toString());
            this.uploadedFiles = result.uploadedFiles();
            this.uploadedBytes = result.uploadedBytes();
        }
    }

    private static final class Task extends AgentTask<Published> {

        private static final long serialVersionUID = 1L;

        private final PublishRequest request;
        private final StoreAccess access;
        private final String cache;
        private final String manifest;
        private final TaskListener listener;

        /** @param manifest the file that the version's manifest is written to */
        Task(PublishRequest request, StoreAccess access, String cache, String manifest, TaskListener listener) {
            this.request = request;
            this.access = access;
            this.cache = cache;
            this.manifest = manifest;
            this.listener = listener;
        }

        @Override
        protected Published run(Path workspace) throws IOException {
            PublishResult result;
            try (ObjectStore connection = access.connect()) {
                result = new Datasets(connection, DatasetCache.at(Path.of(cache)))
                        .publish(
                                workspace.resolve(request.directory()),
                                request.name(),
                                request.to(),
                                request.options(),
                                BuildProgress.to(listener));
            }
            result.manifest().write(Path.of(manifest));
            return new Published(result);
        }
    }
}
