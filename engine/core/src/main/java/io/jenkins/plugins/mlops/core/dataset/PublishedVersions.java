package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Published versions lie beside each other, as {@code NAME/manifests/<content id>.json}. A manifest is written last and once, so
 * the one that was written last is the newest version; publishing an older version again does not make it newer.
 */
public final class PublishedVersions {

    private static final Pattern MANIFEST = Pattern.compile("((?:.*/)?([^/]+)/manifests/)([0-9a-f]{64})\\.json");

    private PublishedVersions() {}

    /**
     * A manifest by its address.
     *
     * @param directory where the manifests of the dataset are, with a slash at the end
     * @param name of the dataset
     * @param content id of the version
     */
    public record Address(S3Uri directory, String name, Digest content) {}

    /** What the address of an object says; empty when it is not that of a published manifest. */
    public static Optional<Address> address(S3Uri object) {
        Matcher matcher = MANIFEST.matcher(object.key());
        return matcher.matches()
                ? Optional.of(new Address(
                        new S3Uri(object.bucket(), matcher.group(1)), matcher.group(2), new Digest(matcher.group(3))))
                : Optional.empty();
    }

    static DatasetReference latest(ObjectStore store, DatasetReference reference) {
        if (reference.from() != null && reference.asOf() == null) {
            return reference;
        }
        Address address = Optional.ofNullable(reference.manifest())
                .filter(S3Uri::isS3)
                .map(S3Uri::parse)
                .flatMap(PublishedVersions::address)
                .orElseThrow(() -> MlopsException.usage("Which version of " + reference
                        + " is the newest cannot be told: only published datasets (s3://.../NAME/manifests/<hex>.json) and"
                        + " prefixes have a newest version; name the version that is wanted"));
        List<S3Uri> newest = new ArrayList<>();
        Instant[] last = {Instant.MIN};
        store.listWithTimes(address.directory(), (object, written) -> {
            if (address(object.location()).isPresent() && !written.isBefore(last[0])) {
                if (written.isAfter(last[0])) {
                    newest.clear();
                    last[0] = written;
                }
                newest.add(object.location());
            }
        });
        if (newest.isEmpty()) {
            throw MlopsException.failed("No version of " + address.name() + " lies below " + address.directory()
                    + " any more: publish one, or name the version that is wanted");
        }
        if (newest.size() > 1) {
            throw MlopsException.failed("Which version of " + address.name() + " is the newest cannot be told: "
                    + newest.size() + " were written at " + last[0] + "; name the one that is wanted");
        }
        return DatasetReference.ofManifest(newest.get(0).toString());
    }
}
