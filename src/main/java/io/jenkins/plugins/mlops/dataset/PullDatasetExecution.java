package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.FilePath;
import hudson.model.TaskListener;
import hudson.slaves.WorkspaceList;
import io.jenkins.plugins.mlops.cache.AgentCache;
import io.jenkins.plugins.mlops.cache.CacheHolds;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.CacheTerm;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.DvcListing;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.rerun.PinnedDataset;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.lineage.RunFacts.Action;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.rerun.RerunAction;
import io.jenkins.plugins.mlops.signing.SignedTask;
import io.jenkins.plugins.mlops.signing.SignedWork;
import io.jenkins.plugins.mlops.signing.StoreSigner;
import io.jenkins.plugins.mlops.step.AgentStepExecution;
import io.jenkins.plugins.mlops.step.BuildProgress;
import io.jenkins.plugins.mlops.step.WorkspaceBounds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Pulls on the agent, which gets signed URLs of the dataset's objects and no keys; the bytes do not pass the controller. Done again after a restart or the loss of the agent, it takes what
 * was downloaded before from the agent's cache.
 */
final class PullDatasetExecution extends AgentStepExecution<Dataset> {

    private static final long serialVersionUID = 1L;

    private static final String STEP = "pullDataset";

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
            throw new AbortException(STEP + "'s role is training or evaluation, not '" + role + "'");
        }
    }

    @Override
    protected String doing() {
        return "pulling " + request.address();
    }

    @Override
    protected Dataset work(@NonNull FilePath directory) throws IOException, InterruptedException {
        PullRequest request = planned();
        JobPolicy policy = JobPolicy.of(run());
        ObjectStoreProfile profile = policy.objectStore(store);
        AgentCache cache = AgentCache.of(workspace().computer());
        FilePath listing = Objects.requireNonNull(
                        WorkspaceList.tempDir(directory), "a workspace has a temporary directory")
                .child("mlops-pull-" + useId() + ".json");
        listener().getLogger().println("Pulling " + request.address() + " into " + request.into());
        try (PullSource source = source(request.address(), directory, listing, profile, policy, cache)) {
            if (policy.requirements().anonymised()) {
                listener()
                        .getLogger()
                        .println(source.requireAnonymised(request.address(), profile.settings(run()), policy));
            }
            source.sendTo(listing);
            String holder = CacheHolds.get().begin(run(), useId(), workspace().node(), cache);
            WorkspaceBounds bounds = WorkspaceBounds.of(getContext(), directory);
            Task task = new Task(request, bounds, source.kind(), listing.getRemote(), cache, holder, listener());
            Dataset dataset = SignedWork.on(
                    directory,
                    task,
                    new StoreSigner(profile, run(), source),
                    workspace().toString());
            requireSame(source, dataset);
            source.keep(
                    directory
                            .child(Objects.requireNonNull(dataset.getDirectory()))
                            .child(Datasets.MANIFEST_PATH),
                    Digest.parse(Objects.requireNonNull(dataset.getVersion())));
            DatasetUses.record(
                    run(), useId(), Action.PULLED, role, dataset, workspace().node());
            listener()
                    .getLogger()
                    .println("Pulled " + dataset + ": " + Amounts.filesAndBytes(dataset.getFiles(), dataset.getBytes())
                            + "; downloaded "
                            + Amounts.filesAndBytes(dataset.getDownloadedFiles(), dataset.getDownloadedBytes()));
            return dataset;
        } finally {
            listing.delete();
        }
    }

    /** @param listing where the agent may put what it reads for the controller */
    private PullSource source(
            DatasetAddress address,
            FilePath directory,
            FilePath listing,
            ObjectStoreProfile profile,
            JobPolicy policy,
            AgentCache cache)
            throws IOException, InterruptedException {
        DvcTarget dvc = address.dvc();
        if (dvc == null) {
            return PullSource.of(address, directory, profile.settings(run()), policy);
        }
        new DvcWork(directory, profile, run(), policy, cache, workspace().toString()).listInto(listing, dvc);
        return PullSource.ofDvc(listing, profile.settings(run()), policy);
    }

    /** What is pulled: what the step says, unless the build does a training again and its plan says which version. */
    private PullRequest planned() throws IOException, InterruptedException {
        PinnedDataset pinned =
                RerunAction.plan(run()).map(plan -> plan.dataset(role)).orElse(null);
        if (pinned == null) {
            return request;
        }
        listener().getLogger().println("The plan of this build says which " + role + " dataset is pulled: " + pinned);
        DvcTarget said = request.address().dvc();
        DatasetReference reference = pinned.reference(said == null ? null : said.reference());
        return request.of(new DatasetAddress(
                STEP,
                reference.from(),
                reference.manifest(),
                DvcTarget.of(STEP, reference.dvc(), reference.repo(), reference.rev()),
                pinned.sourceId()));
    }

    /** What the controller has read is the truth, whatever the agent says. */
    private static void requireSame(PullSource source, Dataset dataset) {
        Digest content = source.content();
        if (content != null && !content.toString().equals(dataset.getVersion())) {
            throw MlopsException.refused("The agent says that it pulled " + dataset.getVersion() + ", but it was given "
                    + content + ": look after that agent");
        }
    }

    private static final class Task extends SignedTask<Dataset> {

        private static final long serialVersionUID = 1L;

        private final PullRequest request;
        private final WorkspaceBounds bounds;
        private final PullSource.Kind kind;
        private final String listing;
        private final AgentCache cache;
        private final String holder;
        private final TaskListener listener;

        /** @param listing the file that the controller has made @param holder of what is pulled, in the cache */
        Task(
                PullRequest request,
                WorkspaceBounds bounds,
                PullSource.Kind kind,
                String listing,
                AgentCache cache,
                String holder,
                TaskListener listener) {
            this.request = request;
            this.bounds = bounds;
            this.kind = kind;
            this.listing = listing;
            this.cache = cache;
            this.holder = holder;
            this.listener = listener;
        }

        @Override
        protected Dataset run(Path workspace, ObjectStore store) throws IOException {
            Path into = bounds.within(workspace, request.into(), "'into'");
            Datasets datasets = new Datasets(store, cache.open());
            ProgressListener progress = BuildProgress.to(listener);
            PullOptions options = request.options().holding(new CacheTerm(holder, CacheHolds.TERM));
            PullResult result =
                    switch (kind) {
                        case PREFIX ->
                            datasets.pullListed(
                                    S3Uri.parse(request.address().toString()),
                                    Path.of(listing),
                                    into,
                                    options,
                                    progress);
                        case DVC -> datasets.pullListed(DvcListing.read(Path.of(listing)), into, options, progress);
                        case MANIFEST -> datasets.pull(DatasetReference.ofManifest(listing), into, options, progress);
                    };
            return Dataset.pulled(result, request.address(), into.toString());
        }
    }
}
