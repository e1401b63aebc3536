package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.digest.Digest;

/**
 * What is known of an image when it has been looked at.
 *
 * @param format null when the bytes are none that is known
 * @param width 0 when it is not known
 * @param height 0 when it is not known
 * @param channels 0 when it is not known
 * @param looks the hash of what it looks like; null when it was not asked for, or the image looks like nothing
 * @param trouble UNREADABLE or NOT_DECODED, null for neither
 * @param problem why, for people
 */
record ImageFacts(
        Digest sha256,
        ImageFormat format,
        int width,
        int height,
        int channels,
        Long looks,
        Kind trouble,
        String problem) {

    static ImageFacts trouble(Digest sha256, ImageFormat format, Kind trouble, String problem) {
        return new ImageFacts(sha256, format, 0, 0, 0, null, trouble, problem);
    }
}
