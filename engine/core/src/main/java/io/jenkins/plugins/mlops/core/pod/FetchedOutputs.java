package io.jenkins.plugins.mlops.core.pod;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** The outputs of a rank, as its pod has kept them. */
public final class FetchedOutputs {

    private static final int MAX_MARKER = 64 * 1024;
    private static final int MAX_MANIFEST = 256 * 1024 * 1024;

    private FetchedOutputs() {}

    /** Pulls a manifest's files into a directory, verified. */
    @FunctionalInterface
    public interface Pull {
        void pull(DatasetReference manifest, Path into, ProgressListener progress);
    }

    /**
     * Whether they are whole.
     *
     * @return empty while their marker is not there: the pod is still at it, or was ended before it could
     */
    public static Optional<Kept> find(ObjectStore store, PodPlan.Keep keep, int attempt, int rank) {
        S3Uri marker = OutputLocation.of(keep.outputsUri()).marker(attempt, rank);
        if (store.stat(marker).isEmpty()) {
            return Optional.empty();
        }
        String json = new String(store.read(marker, MAX_MARKER), StandardCharsets.UTF_8);
        return Optional.of(Documents.readJson(json, marker.toString(), Kept.class));
    }

    /** The S3 URI of a rank's manifest. */
    public static String manifest(PodPlan.Keep keep, int attempt, int rank) {
        return OutputLocation.of(keep.outputsUri()).manifest(attempt, rank).toString();
    }

    /** What a rank's pod saw of its node; empty when it never said. */
    public static Optional<NodeReading> node(ObjectStore store, PodPlan.Keep keep, int attempt, int rank) {
        S3Uri location = OutputLocation.of(keep.outputsUri()).node(attempt, rank);
        if (store.stat(location).isEmpty()) {
            return Optional.empty();
        }
        String json = new String(store.read(location, MAX_MARKER), StandardCharsets.UTF_8);
        return Optional.of(Documents.readJson(json, location.toString(), NodeReading.class));
    }

    /**
     * What rank 0 really was supplied with.
     *
     * @param into of the supply
     * @return empty when it never was
     */
    public static Optional<Manifest> supplied(ObjectStore store, PodPlan.Keep keep, String into) {
        S3Uri location = OutputLocation.of(keep.outputsUri()).supplied(into);
        if (store.stat(location).isEmpty()) {
            return Optional.empty();
        }
        String json = new String(store.read(location, MAX_MANIFEST), StandardCharsets.UTF_8);
        return Optional.of(Manifest.read(json, location.toString()));
    }

    /**
     * Brings them.
     *
     * @param into a directory that does not exist, or one that an earlier call has filled in part
     * @throws MlopsException of kind FAILED when the pod could not keep them, or there are none
     */
    public static void fetch(
            Kept kept, PodPlan.Keep keep, int attempt, int rank, Path into, Pull pull, ProgressListener progress) {
        if (kept.problem() != null) {
            throw MlopsException.failed("What rank " + rank + " left was not kept: " + kept.problem());
        }
        if (kept.files() == 0) {
            throw MlopsException.failed("Rank " + rank
                    + " left no file in MLOPS_OUTPUT_DIR: let the command write its model to MLOPS_MODEL_DIR");
        }
        S3Uri manifest = OutputLocation.of(keep.outputsUri()).manifest(attempt, rank);
        pull.pull(DatasetReference.ofManifest(manifest.toString()), into, progress);
    }
}
