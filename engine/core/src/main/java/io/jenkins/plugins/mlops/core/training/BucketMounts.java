package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile.BucketMount;
import java.util.List;

/** Finds the mounted volume that has a dataset. */
record BucketMounts(List<BucketMount> mounts) {

    static final Place NOWHERE = new Place(null, null);

    /** Where in a volume. @param subPath null for its root */
    record Place(String claim, String subPath) {}

    /**
     * @param manifest of the dataset, a snapshot: its files lie in the bucket under their own names, and can be checked
     * @throws MlopsException of kind USAGE when it is none, or no volume of the profile has it
     */
    Place find(Manifest manifest, String what) {
        S3Uri from = root(manifest, what);
        for (BucketMount mount : mounts) {
            String prefix = mount.prefix() == null ? "" : directory(mount.prefix());
            if (mount.bucket().equals(from.bucket()) && from.key().startsWith(prefix)) {
                String rest = from.key().substring(prefix.length());
                return new Place(mount.claim(), rest.isEmpty() ? null : rest.substring(0, rest.length() - 1));
            }
        }
        throw MlopsException.usage("No volume in the cluster profile's 'mounts' has the " + what + " at " + from
                + ": add one, or have it brought (kubernetes.delivery: init)");
    }

    /** The prefix that all files lie below by their paths. */
    private static S3Uri root(Manifest manifest, String what) {
        Manifest.Entry first =
                manifest.entries().isEmpty() ? null : manifest.entries().get(0);
        ObjectPin pin = first == null ? null : manifest.pin(first);
        if (pin == null || !pin.location().key().endsWith(first.path())) {
            throw notByName(what);
        }
        String key = pin.location().key();
        S3Uri root = new S3Uri(
                pin.location().bucket(),
                key.substring(0, key.length() - first.path().length()));
        for (Manifest.Entry entry : manifest.entries()) {
            ObjectPin object = manifest.pin(entry);
            if (object == null || !object.location().equals(new S3Uri(root.bucket(), root.key() + entry.path()))) {
                throw notByName(what);
            }
        }
        return root;
    }

    private static MlopsException notByName(String what) {
        return MlopsException.usage("The files of the " + what
                + " do not lie in one bucket under their own names, so that it cannot be mounted: name the manifest of a"
                + " snapshot ('mlops dataset snapshot'), or have it brought (kubernetes.delivery: init or stage)");
    }

    private static String directory(String key) {
        return key.isEmpty() || key.endsWith("/") ? key : key + "/";
    }
}
