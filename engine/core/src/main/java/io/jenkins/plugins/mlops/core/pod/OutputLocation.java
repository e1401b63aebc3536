package io.jenkins.plugins.mlops.core.pod;

import io.jenkins.plugins.mlops.core.store.S3Uri;

/**
 * Where an attempt's outputs are kept. All attempts and ranks share the bytes, by digest, below the run's prefix; each rank has a
 * manifest of its own, and a marker that is written last: outputs without one are not whole.
 *
 * @param run the run's prefix
 */
record OutputLocation(S3Uri run) {

    static OutputLocation of(String outputsUri) {
        return new OutputLocation(S3Uri.parse(outputsUri.endsWith("/") ? outputsUri : outputsUri + "/"));
    }

    /** Of one rank. @param attempt 1 or more @param rank 0 or more */
    S3Uri manifest(int attempt, int rank) {
        return run.resolve("attempt-" + attempt + "/rank-" + rank + "/manifest.json");
    }

    /** The manifest of what was brought into a directory. */
    S3Uri supplied(String into) {
        return run.resolve("supplied/" + into + ".json");
    }

    /** What a rank saw of its node; a {@link NodeReading}. */
    S3Uri node(int attempt, int rank) {
        return run.resolve("attempt-" + attempt + "/rank-" + rank + "/node.json");
    }

    /** Of one rank; a {@link Kept}. */
    S3Uri marker(int attempt, int rank) {
        return run.resolve("attempt-" + attempt + "/rank-" + rank + "/kept.json");
    }
}
