package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import io.jenkins.plugins.mlops.cache.AgentCache;
import io.jenkins.plugins.mlops.card.AnonymisedDatasets;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.DvcListing;
import io.jenkins.plugins.mlops.core.dataset.ManifestScan;
import io.jenkins.plugins.mlops.core.dataset.ObjectIndex;
import io.jenkins.plugins.mlops.core.dataset.PrefixScan;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoreRequest;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.signing.SigningRequest;
import io.jenkins.plugins.mlops.signing.SigningRules;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a dataset consists of, as the controller found out itself: its objects by number, of which the agent may read each, and
 * nothing else. All of it is in files of the controller; memory does not grow with the dataset. The agent gets a copy of the
 * file, so both mean the same object by a number. To be closed.
 */
final class PullSource implements SigningRules, Closeable {

    /** Objects of DVC looked for at a time. */
    private static final int LOOKS = 8;

    /** What the file is that the agent gets. */
    enum Kind {
        MANIFEST,
        /** A list of what lies below a prefix. */
        PREFIX,
        /** A listing of DVC. */
        DVC
    }

    /** Which directories are allowed is remembered for so many. */
    private static final int MAX_DIRECTORIES = 100_000;

    private final Path file;
    private final Path index;
    private Kind kind = Kind.MANIFEST;
    private DatasetVersion version;
    private ObjectIndex objects;

    private PullSource() throws IOException {
        this.file = Files.createTempFile("mlops-pull", ".json");
        this.index = Files.createTempFile("mlops-pull", ".index");
    }

    /**
     * Reads a manifest or lists a prefix.
     *
     * @param workspace where a manifest's path starts from
     * @throws MlopsException of kind REFUSED too, when an object lies where the job may not read
     */
    @NonNull
    static PullSource of(DatasetAddress address, FilePath workspace, ObjectStoreSettings store, JobPolicy policy)
            throws IOException, InterruptedException {
        return filled(source -> source.read(address, workspace, store, policy));
    }

    /**
     * Takes over what an agent has read in a repository of DVC, and looks for every object of it.
     *
     * @param listing on the agent, which is not believed more than a manifest of the workspace
     * @throws MlopsException as of the other; of kind FAILED that lists the files that are not in the store
     */
    @NonNull
    static PullSource ofDvc(FilePath listing, ObjectStoreSettings store, JobPolicy policy)
            throws IOException, InterruptedException {
        return filled(source -> source.readDvc(listing, store, policy));
    }

    @FunctionalInterface
    private interface Reading {
        void into(PullSource source) throws IOException, InterruptedException;
    }

    private static PullSource filled(Reading reading) throws IOException, InterruptedException {
        PullSource source = new PullSource();
        boolean done = false;
        try {
            reading.into(source);
            done = true;
            return source;
        } finally {
            if (!done) {
                source.close();
            }
        }
    }

    private void readDvc(FilePath listing, ObjectStoreSettings settings, JobPolicy policy)
            throws IOException, InterruptedException {
        kind = Kind.DVC;
        Path copy = Files.createTempFile("mlops-pull", ".json");
        try (ObjectStore store = ObjectStore.connect(settings)) {
            KeptManifest.copy(listing, copy);
            objects = new Datasets(store, DatasetCache.at(AgentCache.ofController()))
                    .pinListing(copy, file, index, LOOKS, permitted(policy));
            version = DvcListing.version(file);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private void read(DatasetAddress address, FilePath workspace, ObjectStoreSettings settings, JobPolicy policy)
            throws IOException, InterruptedException {
        if (address.isWorkspaceFile()) {
            copy(workspace.child(address.toString()), address.toString());
            manifest(ManifestScan.readSorted(file, address.toString()), address.toString(), policy);
            return;
        }
        DatasetReference reference = address.reference(Path.of("."));
        kind = reference.from() == null ? Kind.MANIFEST : Kind.PREFIX;
        S3Uri place = S3Uri.parse(kind == Kind.PREFIX ? reference.from() : reference.manifest());
        policy.checkLocation(place);
        try (ObjectStore store = ObjectStore.connect(settings)) {
            if (kind == Kind.PREFIX) {
                PrefixScan scan = PrefixScan.into(file, store, place);
                objects = scan.objects();
                version = new DatasetVersion(
                        place.toString(), null, scan.sourceId(), place.toString(), scan.files(), scan.bytes());
            } else {
                Datasets datasets = new Datasets(store, DatasetCache.at(AgentCache.ofController()));
                manifest(datasets.manifestInto(file, place), place.toString(), policy);
            }
        }
    }

    private void manifest(ManifestScan scan, String origin, JobPolicy policy) throws IOException {
        version = scan.version();
        Consumer<S3Uri> permitted = permitted(policy);
        try (ObjectIndex.Writer writer = ObjectIndex.write(index)) {
            ManifestScan.read(file, origin, entry -> {
                ObjectPin pin = entry.pin(scan.bucket());
                if (pin != null) {
                    permitted.accept(pin.location());
                }
                writer.add(pin, entry.size());
            });
            objects = writer.finish();
        }
    }

    /** Refuses what the job may not read. Objects lie side by side by the thousand: each directory is asked for once. */
    private static Consumer<S3Uri> permitted(JobPolicy policy) {
        if (!policy.restrictsLocations()) {
            return object -> {};
        }
        Set<S3Uri> allowed = new HashSet<>();
        return object -> {
            S3Uri directory = new S3Uri(
                    object.bucket(), object.key().substring(0, object.key().lastIndexOf('/') + 1));
            if (allowed.contains(directory)) {
                return;
            }
            policy.checkLocation(object);
            if (!directory.key().isEmpty() && allowed.size() < MAX_DIRECTORIES && policy.allowsLocation(directory)) {
                allowed.add(directory);
            }
        };
    }

    private void copy(FilePath manifest, String name) throws IOException, InterruptedException {
        if (!manifest.exists()) {
            throw MlopsException.usage("The manifest " + name + " does not exist");
        }
        KeptManifest.copy(manifest, file);
    }

    Kind kind() {
        return kind;
    }

    /**
     * Lets data pass that is known to be anonymised.
     *
     * @return who says so, as a sentence
     * @throws MlopsException of kind REFUSED when nobody does who is believed
     */
    @NonNull
    String requireAnonymised(DatasetAddress address, ObjectStoreSettings settings, JobPolicy policy) {
        AnonymisedDatasets anonymised = new AnonymisedDatasets(policy);
        try (ObjectStore store = ObjectStore.connect(settings)) {
            return anonymised.require(version, anonymised.card(store, address.reference(Path.of(".")), version));
        }
    }

    /** Gives the agent the file. */
    void sendTo(FilePath copy) throws IOException, InterruptedException {
        FilePath parent = copy.getParent();
        if (parent != null) {
            parent.mkdirs();
        }
        new FilePath(file.toFile()).copyTo(copy);
    }

    /** Keeps the file on the controller. */
    void copyTo(Path copy) throws IOException {
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Keeps the manifest on the controller, so that a single file can be asked for later.
     *
     * @param pulled the agent's manifest, which alone has what the files of a prefix or of DVC hold
     * @param version its content id
     */
    void keep(FilePath pulled, Digest version) throws IOException, InterruptedException {
        Digest content = content();
        if (content == null) {
            KeptManifest.keep(pulled, version);
        } else {
            ControllerLineage.store().keepManifest(file, content);
        }
    }

    /** The content id; null for a prefix and for DVC, whose files nobody has read yet. */
    @CheckForNull
    Digest content() {
        return version.contentId();
    }

    @Override
    public StoreRequest allowed(SigningRequest asked) {
        if (asked.number() < 0) {
            throw MlopsException.refused(
                    "A pull reads the objects of its dataset and nothing else; the agent asked for " + asked);
        }
        ObjectPin pin = objects.pin(asked.number());
        return asked.isOfFirstPart() ? StoreRequest.headFirstPart(pin) : StoreRequest.get(pin);
    }

    @Override
    public void close() throws IOException {
        if (objects != null) {
            objects.close();
        }
        Files.deleteIfExists(file);
        Files.deleteIfExists(index);
    }
}
