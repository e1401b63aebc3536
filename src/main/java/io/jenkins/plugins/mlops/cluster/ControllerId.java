package io.jenkins.plugins.mlops.cluster;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.charset.StandardCharsets;
import jenkins.model.Jenkins;

/** How clusters know this Jenkins: no other controller has its id, and it outlives restarts and moves to another address. */
public final class ControllerId {

    private static final int LENGTH = 12;

    private ControllerId() {}

    /** A DNS label. */
    @NonNull
    public static String get() {
        byte[] instance = Jenkins.get().getLegacyInstanceId().getBytes(StandardCharsets.UTF_8);
        return "jenkins-" + Digest.of(instance).hex().substring(0, LENGTH);
    }
}
