package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import hudson.model.TaskListener;
import hudson.slaves.WorkspaceList;
import io.jenkins.plugins.mlops.cache.AgentCache;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.ManifestScan;
import io.jenkins.plugins.mlops.core.dataset.PublishResult;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts.Action;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.signing.SignedTask;
import io.jenkins.plugins.mlops.signing.SignedWork;
import io.jenkins.plugins.mlops.signing.StoreSigner;
import io.jenkins.plugins.mlops.step.AgentStepExecution;
import io.jenkins.plugins.mlops.step.BuildProgress;
import io.jenkins.plugins.mlops.step.WorkspaceBounds;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Publishes from the agent, which gets signed URLs for the files and no keys; the manifest is written by the controller. Done
 * again, it sends only what the store does not have.
 */
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
        JobPolicy policy = JobPolicy.of(run());
        ObjectStoreProfile profile = policy.objectStore(store);
        policy.checkLocation(request.to());
        FilePath manifest = Objects.requireNonNull(
                        WorkspaceList.tempDir(directory), "a workspace has a temporary directory")
                .child("mlops-manifest-" + useId() + ".json");
        listener().getLogger().println("Publishing " + request.directory() + " as " + request.name());
        try {
            Published published = SignedWork.on(
                    directory,
                    new Task(
                            request,
                            WorkspaceBounds.of(getContext(), directory),
                            manifest.getRemote(),
                            AgentCache.of(workspace().computer()),
                            listener()),
                    new StoreSigner(profile, run(), new BlobRules(request.to())),
                    workspace().toString());
            DatasetVersion version = complete(manifest, profile);
            Dataset dataset = Dataset.of(version, DatasetReference.ofManifest(version.source()));
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

    /** Only the controller writes manifests: a version that others may rely on is one that it has looked at. */
    private DatasetVersion complete(FilePath manifest, ObjectStoreProfile profile)
            throws IOException, InterruptedException {
        Path copy = Files.createTempFile("mlops-manifest", ".json");
        try {
            KeptManifest.copy(manifest, copy);
            ManifestScan scan;
            try (ObjectStore connection = ObjectStore.connect(profile.settings(null))) {
                scan = new Datasets(connection, DatasetCache.at(AgentCache.ofController()))
                        .completePublication(copy, request.name(), request.to());
            }
            ControllerLineage.store()
                    .keepManifest(copy, Objects.requireNonNull(scan.version().contentId()));
            return scan.version();
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** What the agent says. */
    private static final class Published implements Serializable {

        private static final long serialVersionUID = 1L;

        final long uploadedFiles;
        final long uploadedBytes;

        Published(PublishResult result) {
            this.uploadedFiles = result.uploadedFiles();
            this.uploadedBytes = result.uploadedBytes();
        }
    }

    private static final class Task extends SignedTask<Published> {

        private static final long serialVersionUID = 1L;

        private final PublishRequest request;
        private final WorkspaceBounds bounds;
        private final String manifest;
        private final AgentCache cache;
        private final TaskListener listener;

        /**
         * @param manifest the file that the version's manifest is written to
         * @param cache remembers what was published, so that a later build need not read it again
         */
        Task(PublishRequest request, WorkspaceBounds bounds, String manifest, AgentCache cache, TaskListener listener) {
            this.request = request;
            this.bounds = bounds;
            this.manifest = manifest;
            this.cache = cache;
            this.listener = listener;
        }

        @Override
        protected Published run(Path workspace, ObjectStore store) throws IOException {
            PublishResult result = new Datasets(store, cache.open())
                    .upload(
                            bounds.within(workspace, request.directory(), "'directory'"),
                            request.name(),
                            request.to(),
                            request.options(),
                            BuildProgress.to(listener));
            Path file = Path.of(manifest);
            Files.createDirectories(Objects.requireNonNull(file.getParent(), "a file lies in a directory"));
            result.manifest().write(file);
            return new Published(result);
        }
    }
}
