package io.jenkins.plugins.mlops.core.pod;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetCheck;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.DvcListing;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes everything ready that a pod's command reads: directories and small files, what is brought, and the checkpoint to go on
 * from. It may be done again in the same pod. The directories are writable for the volume's group, since the command's user
 * is another one than the tool's.
 */
public final class PodSupply {

    private static final int JOBS = 8;
    private static final String GROUP_WRITABLE = "rwxrwxr-x";

    private final PodPlan plan;
    private final PodStores stores;
    private final Path root;
    private final Path cacheRoot;
    private final Consumer<String> notes;

    /**
     * @param root where {@link PodPlan#ROOT} is
     * @param cacheRoot where {@link PodPlan#CACHE_ROOT} is
     * @param notes hears what happens, a sentence each
     */
    public PodSupply(PodPlan plan, PodStores stores, Path root, Path cacheRoot, Consumer<String> notes) {
        this.plan = plan;
        this.stores = stores;
        this.root = root;
        this.cacheRoot = cacheRoot;
        this.notes = notes;
    }

    /** @throws MlopsException that says what cannot be brought, and why */
    public void run(RankIdentity identity, ProgressListener progress) throws IOException {
        for (String directory : plan.directories()) {
            makeWritable(inside(directory));
        }
        for (Map.Entry<String, String> file : plan.files().entrySet()) {
            Path path = inside(file.getKey());
            Documents.writeAtomically(path, file.getValue());
        }
        ObjectStore own = stores.own();
        if (plan.keep() != null) {
            own.putIfAbsent(
                    OutputLocation.of(plan.keep().outputsUri()).node(identity.attempt(), identity.rank()),
                    Documents.toJson(NodeReading.here()).getBytes(StandardCharsets.UTF_8));
        }
        for (PodPlan.Supply supply : plan.supplies()) {
            Datasets datasets = datasets(supply);
            Manifest there =
                    supply.isMounted() ? checkMounted(supply, datasets, progress) : bring(supply, datasets, progress);
            if (identity.rank() == 0 && plan.keep() != null && supply.sourceId() != null) {
                own.putIfAbsent(
                        OutputLocation.of(plan.keep().outputsUri()).supplied(supply.into()),
                        Documents.toJson(there).getBytes(StandardCharsets.UTF_8));
            }
        }
        if (plan.keep() != null && plan.keep().checkpoints() != null) {
            Path checkpoints = inside(plan.keep().checkpoints());
            makeWritable(checkpoints);
            new Checkpoints(plan.keep(), own, identity)
                    .restore(checkpoints, new Datasets(own, DatasetCache.at(cache())), progress)
                    .ifPresent(name -> notes.accept("Going on from checkpoint " + name));
        }
    }

    private Path cache() {
        return plan.cache() == null ? ownCache(root) : cacheRoot;
    }

    /** Where what other pods shall not read is kept, for as long as the pod lives. */
    static Path ownCache(Path root) {
        return root.resolve(".cache");
    }

    private Datasets datasets(PodPlan.Supply supply) {
        Path cache = Boolean.TRUE.equals(supply.apart()) ? ownCache(root) : cache();
        return new Datasets(stores.of(supply), DatasetCache.at(cache));
    }

    private Manifest bring(PodPlan.Supply supply, Datasets datasets, ProgressListener progress) throws IOException {
        PullOptions options = PullOptions.DEFAULT.expecting(supply.sourceId());
        Path into = inside(supply.into());
        PullResult result = supply.listing() == null
                ? datasets.pull(reference(supply), into, options, progress)
                : datasets.pullListed(listing(supply), into, options, progress);
        notes.accept("Brought the " + supply.what() + ": " + result.files() + " files, "
                + Amounts.bytes(result.bytes()) + ", of which " + Amounts.bytes(result.downloadedBytes())
                + " came over the network");
        return result.manifest();
    }

    private DvcListing listing(PodPlan.Supply supply) throws IOException {
        Path file = root.resolve(".listing.json");
        try {
            stores.own().download(S3Uri.parse(supply.listing()), file);
            return DvcListing.read(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** What a driver mounts is whatever the bucket has now: it is held against the version that was asked for. */
    private Manifest checkMounted(PodPlan.Supply supply, Datasets datasets, ProgressListener progress) {
        Manifest manifest = datasets.manifest(reference(supply))
                .orElseThrow(() -> MlopsException.usage("The " + supply.what()
                        + " is mounted, which needs a manifest to hold it against: publish it, or bring it instead"));
        requireIntact(supply, Datasets.compare(inside(supply.into()), manifest, JOBS, progress));
        notes.accept("Checked the mounted " + supply.what() + ": " + manifest.files() + " files");
        return manifest;
    }

    private static void requireIntact(PodPlan.Supply supply, DatasetCheck check) {
        if (check.intact()) {
            return;
        }
        DatasetCheck.Problem first = check.problems().get(0);
        throw MlopsException.refused("The " + supply.what() + " mounted from claim " + supply.claim() + " is not "
                + check.version() + ": " + first.path() + " " + first.problem() + ", "
                + check.problems().size() + " problems in all; look at what the bucket has, or have it brought");
    }

    static DatasetReference reference(PodPlan.Supply supply) {
        return supply.manifest() == null
                ? DatasetReference.ofPrefix(supply.from())
                : DatasetReference.ofManifest(supply.manifest());
    }

    private Path inside(String path) {
        Path resolved = root.resolve(path).normalize();
        if (!resolved.startsWith(root)) {
            throw MlopsException.usage("The plan names '" + path + "', which is not below " + root);
        }
        return resolved;
    }

    private static void makeWritable(Path directory) throws IOException {
        Files.createDirectories(directory);
        if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(GROUP_WRITABLE));
        }
    }
}
