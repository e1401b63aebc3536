package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import hudson.model.Run;
import hudson.slaves.WorkspaceList;
import io.jenkins.plugins.mlops.cache.AgentCache;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.DvcListing;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.step.AgentWorkspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/**
 * What outputs of DVC have that work on a cluster needs: read by the agent in its workspace, checked and completed by the controller, and
 * kept by it for as long as the work goes on. The controller itself reads no repository.
 */
public final class DvcListings {

    /** Null when there can be none. */
    @CheckForNull
    private final Path directory;

    /** @param directory on the controller; made when something is added */
    public DvcListings(@NonNull Path directory) {
        this.directory = directory;
    }

    private DvcListings() {
        directory = null;
    }

    /** Where no agent is asked. */
    @NonNull
    public static DvcListings none() {
        return new DvcListings();
    }

    /**
     * Has an agent read an output of DVC.
     *
     * @param dvc whose repository is said as if the workspace lay at the root
     * @param root where the controller has the code of the workspace
     * @throws MlopsException of kind REFUSED when it leads elsewhere, FAILED when files are not in the store
     */
    public void add(
            @NonNull DatasetReference dvc,
            @NonNull Path root,
            @NonNull AgentWorkspace workspace,
            @NonNull FilePath files,
            @NonNull ObjectStoreProfile store,
            @NonNull Run<?, ?> build)
            throws IOException, InterruptedException {
        JobPolicy policy = JobPolicy.of(build);
        FilePath listing = Objects.requireNonNull(WorkspaceList.tempDir(files), "a workspace has a temporary directory")
                .child("mlops-dvc-" + key(dvc) + ".json");
        try {
            new DvcWork(files, store, build, policy, AgentCache.of(workspace.computer()), workspace.toString())
                    .listInto(listing, target(dvc, root));
            try (PullSource source = PullSource.ofDvc(listing, store.settings(build), policy)) {
                Path kept = file(dvc);
                Files.createDirectories(Objects.requireNonNull(kept.getParent(), "it lies in a directory"));
                source.copyTo(kept);
            }
        } finally {
            listing.delete();
        }
    }

    private static DvcTarget target(DatasetReference dvc, Path root) {
        Path repo = Path.of(dvc.repo()).normalize();
        if (!repo.startsWith(root)) {
            throw MlopsException.usage(
                    "The repository " + dvc.repo() + " of the dataset " + dvc
                            + " is outside of the directory that the step works in: check it out there, or run the step from further up");
        }
        String below = root.relativize(repo).toString().replace('\\', '/');
        return new DvcTarget(dvc.dvc(), below.isEmpty() ? null : below, dvc.rev());
    }

    /** @throws MlopsException of kind USAGE when it was not added */
    @NonNull
    public DatasetVersion version(@NonNull DatasetReference dvc) {
        try {
            return DvcListing.version(added(dvc));
        } catch (IOException e) {
            throw unreadable(dvc, e);
        }
    }

    /** @throws MlopsException as {@link #version} */
    public void copy(@NonNull DatasetReference dvc, @NonNull Path into) {
        try {
            Files.copy(added(dvc), into, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unreadable(dvc, e);
        }
    }

    private Path added(DatasetReference dvc) {
        Path file = directory == null ? null : file(dvc);
        if (file == null || !Files.exists(file)) {
            throw MlopsException.usage("The dataset " + dvc + " is told by a Git repository, which the controller does"
                    + " not have: run the step inside of 'node' after 'checkout scm', or name the manifest of a snapshot"
                    + " ('mlops dataset snapshot --dvc')");
        }
        return file;
    }

    private static MlopsException unreadable(DatasetReference dvc, IOException e) {
        return MlopsException.failed("What " + dvc + " has cannot be read: " + e.getMessage(), e);
    }

    private Path file(DatasetReference dvc) {
        return Objects.requireNonNull(directory, "there are outputs of DVC").resolve(key(dvc) + ".json");
    }

    private static String key(DatasetReference dvc) {
        return Digest.of(dvc.dvc() + "\n" + dvc.repo() + "\n" + dvc.rev()).hex();
    }
}
