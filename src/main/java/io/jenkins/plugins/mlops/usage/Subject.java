package io.jenkins.plugins.mlops.usage;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.digest.Digest;
import jenkins.security.HMACConfidentialKey;

/**
 * What builds use or make, as Jenkins' fingerprints know it.
 *
 * @param label how the fingerprint's page calls it
 * @param fingerprint 32 hex digits
 */
public record Subject(@NonNull String label, @NonNull String fingerprint) {

    private static final int DIGITS = 32;

    /** So that nobody finds out by guessing which models and runs there are. */
    private static final HMACConfidentialKey KEY = new HMACConfidentialKey(Subject.class, "fingerprint");

    /** A version of a dataset; its fingerprint are the first 32 digits of its content id. */
    @NonNull
    public static Subject dataset(@NonNull Digest content) {
        return new Subject("dataset " + content, content.hex().substring(0, DIGITS));
    }

    /** A run of an MLflow server: the build that made it. */
    @NonNull
    public static Subject mlflowRun(@NonNull String runId) {
        return new Subject("MLflow run " + runId, mac("run\n" + runId));
    }

    /** A registered model: the builds that registered versions of it, moved its aliases or evaluated it. */
    @NonNull
    public static Subject model(@NonNull String server, @NonNull String name) {
        return new Subject("model " + name + " of " + server, mac("model\n" + server + "\n" + name));
    }

    private static String mac(String what) {
        return KEY.mac(what).substring(0, DIGITS);
    }
}
