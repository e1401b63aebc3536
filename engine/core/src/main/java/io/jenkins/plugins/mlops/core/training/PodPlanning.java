package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import io.jenkins.plugins.mlops.core.pod.PodStores;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile;
import io.jenkins.plugins.mlops.core.workload.Workload;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Delivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the pods of a cluster get what they read and keep what they write, as its profile and the services say. The evaluation set has
 * a store of its own, whose keys the tool containers of evaluations alone get.
 */
public final class PodPlanning {

    /** What the names of the variables begin with that hold the keys of evaluation sets. */
    public static final String EVALUATION_KEYS = "MLOPS_EVALUATION";

    private final ClusterServices services;
    private final String toolImage;

    /** @param toolImage by digest */
    public PodPlanning(ClusterServices services, String toolImage) {
        this.services = services;
        this.toolImage = toolImage;
    }

    /**
     * @param name of the specification
     * @param datasets that pods are to read
     * @throws MlopsException of kind USAGE when the profile lacks what pods need
     */
    public static void check(String name, ClusterProfile profile, Delivery delivery, List<DatasetReference> datasets) {
        if (profile.outputs() == null) {
            throw MlopsException.usage(
                    "The cluster's profile names no 'outputs': pods need an s3:// prefix to keep models in");
        }
        if (profile.toolImage() == null) {
            throw MlopsException.usage(
                    "The cluster's profile names no 'toolImage': pods need the mlops tool to bring data and keep outputs");
        }
        if (delivery == Delivery.STAGE && profile.cache() == null) {
            throw MlopsException.usage("The delivery 'stage' of '" + name
                    + "' needs a 'cache' in the cluster's profile, which the staged data stays in");
        }
        for (DatasetReference dataset : datasets) {
            if (dataset.manifest() != null && !S3Uri.isS3(dataset.manifest())) {
                throw MlopsException.usage(
                        "The manifest " + dataset.manifest()
                                + " is a file, which pods cannot read: publish the dataset, and name the manifest in the bucket");
            }
        }
    }

    /** A prefix below the profile's outputs. @param path ends with a slash */
    public S3Uri below(String path) {
        String outputs = services.profile().outputs();
        return S3Uri.parse(outputs.endsWith("/") ? outputs : outputs + "/").resolve(path);
    }

    /** What the pods learn from. @param into directory below {@link PodPlan#ROOT} */
    public PodPlan.Supply trainingDataset(
            DatasetReference reference, DatasetVersion version, String into, Delivery delivery) {
        return dataset("training dataset", reference, version, into, delivery, false);
    }

    /**
     * What models are measured on. It lies in no cache that the pods of trainings read.
     *
     * @param into directory below {@link PodPlan#ROOT}
     */
    public PodPlan.Supply evaluationDataset(
            DatasetReference reference, DatasetVersion version, String into, Delivery delivery) {
        return dataset("evaluation dataset", reference, version, into, delivery, true);
    }

    private PodPlan.Supply dataset(
            String what,
            DatasetReference reference,
            DatasetVersion version,
            String into,
            Delivery delivery,
            boolean evaluation) {
        BucketMounts.Place place = BucketMounts.NOWHERE;
        if (delivery == Delivery.MOUNT) {
            Manifest manifest = access(evaluation)
                    .manifest(reference)
                    .orElseThrow(() -> MlopsException.usage("The " + what + " " + reference
                            + " has no manifest to check what is mounted against: take a snapshot ('mlops dataset"
                            + " snapshot') and name its manifest, or have it brought (kubernetes.delivery: init)"));
            place = new BucketMounts(services.profile().mounts()).find(manifest, what);
        }
        ObjectStoreSettings own = services.evaluationSettings();
        boolean foreign = evaluation && !own.equals(services.storeSettings());
        return new PodPlan.Supply(
                what,
                reference.manifest(),
                reference.from(),
                reference.dvc() == null
                        ? null
                        : listing(reference, access(evaluation)).toString(),
                version.sourceId(),
                into,
                place.claim(),
                place.subPath(),
                foreign ? new PodPlan.Store(own.endpoint(), own.region(), EVALUATION_KEYS) : null,
                null,
                evaluation ? true : null);
    }

    private DatasetAccess access(boolean evaluation) {
        return evaluation
                ? services.training().evaluationDatasets()
                : services.training().datasets();
    }

    /** Pods do not have the repository: what DVC wrote down in it is put where they can read it, once for each state of the dataset. */
    private S3Uri listing(DatasetReference dvc, DatasetAccess access) {
        try {
            Path listing = Files.createTempFile("mlops-dvc", ".json");
            try {
                access.list(dvc, listing);
                LocalFile file = LocalFile.read(listing);
                S3Uri place = below("dvc/" + file.sha256().hex() + ".json");
                services.store().putIfAbsent(place, file);
                return place;
            } finally {
                Files.deleteIfExists(listing);
            }
        } catch (IOException e) {
            throw MlopsException.failed("The files of " + dvc + " cannot be written down: " + e.getMessage(), e);
        }
    }

    /**
     * The plan of a pod.
     *
     * @param keep null when nothing is kept
     * @param directories to be made below {@link PodPlan#ROOT}, for the command to write to
     * @param files small ones to be made below it, by path
     */
    public PodPlan plan(
            List<PodPlan.Supply> supplies, PodPlan.Keep keep, List<String> directories, Map<String, String> files) {
        ObjectStoreSettings store = services.storeSettings();
        return new PodPlan(
                toolImage,
                store.endpoint(),
                store.region(),
                supplies,
                services.profile().cache(),
                keep,
                directories,
                files);
    }

    /** The keys of the object stores that the tool containers of a role get, by variable. */
    public Map<String, String> keys(Workload.Role role) {
        ObjectStoreSettings own = services.evaluationSettings();
        Map<String, String> keys = new TreeMap<>(
                PodStores.variables("AWS", services.storeSettings().credentials()));
        if (role == Workload.Role.EVALUATION && !own.equals(services.storeSettings())) {
            keys.putAll(PodStores.variables(EVALUATION_KEYS, own.credentials()));
        }
        return keys;
    }
}
