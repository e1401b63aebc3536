package io.jenkins.plugins.mlops.core.event;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.S3Uri;

/**
 * Which published datasets are meant: {@code s3://bucket/prefix/NAME}, where names may have the stars of a {@link PathPattern}:
 * {@code s3://lab-data/**} is every dataset of the bucket.
 */
public final class DatasetPattern {

    private static final String SCHEME = "s3://";
    private static final String MANIFESTS = "/manifests/";

    private final PathPattern pattern;

    /** @throws MlopsException of kind USAGE when it could match nothing */
    public DatasetPattern(String pattern) {
        if (!S3Uri.isS3(pattern) || pattern.indexOf('/', SCHEME.length()) <= SCHEME.length()) {
            throw MlopsException.usage(
                    "'" + pattern + "' is no pattern of datasets: s3://bucket/prefix/NAME is wanted, where * stands for"
                            + " any characters of a name, and ** for any number of names");
        }
        this.pattern = new PathPattern(pattern.substring(SCHEME.length()));
    }

    /** @param manifest the address of the manifest of a published version */
    public boolean matches(S3Uri manifest) {
        String place = manifest.bucket() + "/" + manifest.key();
        int end = place.lastIndexOf(MANIFESTS);
        return end >= 0 && pattern.matches(place.substring(0, end));
    }

    @Override
    public String toString() {
        return SCHEME + pattern.pattern();
    }
}
