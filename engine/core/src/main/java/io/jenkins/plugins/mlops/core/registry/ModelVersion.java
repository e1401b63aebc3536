package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A version of a registered model.
 *
 * @param version 1 or more
 * @param source where its files lie
 * @param runId the run that made it, null when unknown
 */
public record ModelVersion(
        String name,
        int version,
        String source,
        String runId,
        List<String> aliases,
        Map<String, String> tags,
        Instant created) {

    /** The content id that it says its model has; null when it says none. */
    public Digest digest() {
        String digest = tags.get(RunTags.MODEL_DIGEST);
        return digest != null && Digest.isDigest(digest) ? Digest.parse(digest) : null;
    }
}
