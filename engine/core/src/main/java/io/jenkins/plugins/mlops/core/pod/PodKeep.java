package io.jenkins.plugins.mlops.core.pod;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetCheck;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Keeps what a pod's command writes: checkpoints while it runs, and when it has ended, its outputs, with a marker that is written last.
 * {@link #checkpoints} is called again and again by one thread, {@link #outputs} once after that.
 */
public final class PodKeep {

    /** Time between two looks for checkpoints. */
    public static final Duration INTERVAL = Duration.ofSeconds(5);

    private static final int JOBS = 8;

    private final PodPlan plan;
    private final PodPlan.Keep keep;
    private final PodStores stores;
    private final ObjectStore store;
    private final Path root;
    private final RankIdentity identity;
    private final Consumer<String> notes;
    private final Checkpoints checkpoints;

    /** @param root where {@link PodPlan#ROOT} is @param notes hears what happens, a sentence each */
    public PodKeep(PodPlan plan, PodStores stores, Path root, RankIdentity identity, Consumer<String> notes) {
        this.plan = plan;
        this.keep = plan.keep();
        this.stores = stores;
        this.store = stores.own();
        this.root = root;
        this.identity = identity;
        this.notes = notes;
        this.checkpoints = keep.checkpoints() == null ? null : new Checkpoints(keep, store, identity);
    }

    /** Keeps the checkpoints that were written since; a failure is told, and tried again by the next call. */
    public void checkpoints() {
        if (checkpoints == null) {
            return;
        }
        try {
            for (String name : checkpoints.keepWritten(root.resolve(keep.checkpoints()), ProgressListener.NONE)) {
                notes.accept("Checkpoint " + name + " is complete");
            }
        } catch (MlopsException | IOException e) {
            notes.accept("A checkpoint could not be kept, which is tried again: " + e.getMessage());
        }
    }

    /**
     * Keeps the outputs as they are now.
     *
     * @throws MlopsException when they could not be kept; what can be said of it is in the store if that can be reached
     */
    public void outputs() {
        OutputLocation location = OutputLocation.of(keep.outputsUri());
        Kept marker;
        MlopsException problem = null;
        try {
            for (PodPlan.Supply supply : plan.supplies()) {
                requireUnchanged(supply);
            }
            marker = publish(location);
        } catch (MlopsException e) {
            problem = e;
            marker = new Kept(0, 0, e.getMessage());
        } catch (IOException e) {
            problem = MlopsException.failed("The outputs cannot be read: " + e.getMessage(), e);
            marker = new Kept(0, 0, problem.getMessage());
        }
        store.putIfAbsent(
                location.marker(identity.attempt(), identity.rank()),
                Documents.toJson(marker).getBytes(StandardCharsets.UTF_8));
        if (problem != null) {
            throw problem;
        }
        notes.accept("Kept " + marker.files() + " files of the outputs");
    }

    private void requireUnchanged(PodPlan.Supply supply) {
        if (supply.isMounted()) {
            requireMountUnchanged(supply);
        } else if (Boolean.TRUE.equals(supply.unchanged())) {
            DatasetCheck check = Datasets.verify(root.resolve(supply.into()), JOBS, ProgressListener.NONE);
            if (!check.intact()) {
                throw MlopsException.failed("The command changed the " + supply.what() + ", "
                        + check.problems().get(0).path() + " for one: let it write to MLOPS_OUTPUT_DIR");
            }
        }
    }

    /**
     * What is mounted was read whole before the command began, and is the bucket's: it is what it was when the bucket's listing is.
     * Reading it again would hold the pod, and its GPUs.
     */
    private void requireMountUnchanged(PodPlan.Supply supply) {
        Datasets datasets = new Datasets(stores.of(supply), DatasetCache.at(PodSupply.ownCache(root)));
        Manifest manifest = datasets.manifest(PodSupply.reference(supply))
                .orElseThrow(() -> MlopsException.failed("The manifest of the " + supply.what()
                        + " is gone: what was mounted cannot be held against it"));
        String uri = manifest.source().uri();
        String now = S3Uri.isS3(uri)
                ? datasets.resolve(DatasetReference.ofPrefix(uri)).sourceId()
                : null;
        if (!manifest.source().id().equals(now)) {
            throw MlopsException.refused("The " + supply.what() + " mounted from claim " + supply.claim()
                    + " changed while the command ran: " + uri + " was "
                    + manifest.source().id() + " and is now " + now
                    + "; take a snapshot, and begin again");
        }
        notes.accept("The mounted " + supply.what() + " is as it was");
    }

    private Kept publish(OutputLocation location) throws IOException {
        Path outputs = root.resolve(keep.outputs());
        if (!hasFiles(outputs)) {
            return new Kept(0, 0, null);
        }
        Manifest manifest = new Datasets(store, null)
                .publish(outputs, "outputs", location.run(), PublishOptions.DEFAULT, ProgressListener.NONE)
                .manifest();
        store.putIfAbsent(
                location.manifest(identity.attempt(), identity.rank()),
                Documents.toJson(manifest).getBytes(StandardCharsets.UTF_8));
        return new Kept(manifest.files(), manifest.bytes(), null);
    }

    private static boolean hasFiles(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            return all.anyMatch(path -> !Files.isDirectory(path));
        }
    }
}
