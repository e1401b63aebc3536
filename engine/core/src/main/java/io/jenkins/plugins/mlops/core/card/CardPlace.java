package io.jenkins.plugins.mlops.core.card;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.util.Optional;

/**
 * Where the card of a published version is: below the place of the dataset, beside the manifest.
 *
 * @param dataset below which {@code manifests/} and {@code cards/} are
 * @param content the version
 */
public record CardPlace(S3Uri dataset, Digest content) {

    private static final String EVIDENCE = "cards/evidence/";

    /** Beside a manifest; empty when that does not lie where publications put it. */
    public static Optional<CardPlace> beside(S3Uri manifest, Digest content) {
        String end = "/manifests/" + content.hex() + ".json";
        String key = manifest.key();
        return key.endsWith(end)
                ? Optional.of(new CardPlace(
                        new S3Uri(manifest.bucket(), key.substring(0, key.length() - end.length())), content))
                : Optional.empty();
    }

    /**
     * Of a version, where it was asked for: a copy of a store has cards of its own.
     *
     * @return empty for what was not published, such as a prefix
     */
    public static Optional<CardPlace> of(DatasetReference reference, DatasetVersion version) {
        if (version.contentId() == null || reference.manifest() == null) {
            return Optional.empty();
        }
        String manifest = S3Uri.isS3(reference.manifest()) ? reference.manifest() : version.source();
        return S3Uri.isS3(manifest) ? beside(S3Uri.parse(manifest), version.contentId()) : Optional.empty();
    }

    /** As {@link #of}, for who is of no use without. @throws MlopsException of kind USAGE when the version was not published */
    public static CardPlace require(DatasetReference reference, DatasetVersion version) {
        return of(reference, version)
                .orElseThrow(
                        () -> MlopsException.usage(
                                reference
                                        + " is no published version, and only those have cards: name s3://.../NAME/manifests/<hex>.json"));
    }

    /** The journal's name, which holds the content id, so that no revision can be put beside another version. */
    String journal() {
        return "cards/" + content.hex();
    }

    /** Where a file of evidence lies. */
    public S3Uri evidence(Digest sha256) {
        return dataset.resolve(EVIDENCE + sha256.hex());
    }
}
