package io.jenkins.plugins.mlops.core.dataset;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.TestBuckets;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults on the way to a real server. */
class FaultsIT {

    /** S3 takes no smaller parts, bytes. */
    private static final int LEAST_PART = 5 << 20;

    @TempDir
    private Path directory;

    @Test
    void theOutcomeIsExactOrNothingAndARepeatGoesOn() throws Exception {
        String endpoint = System.getenv("MLOPS_TEST_S3");
        assumeTrue(endpoint != null, "the environment names no S3 server");
        ObjectStoreSettings settings = new ObjectStoreSettings(
                URI.create(endpoint),
                "us-east-1",
                new ObjectStoreSettings.Credentials(
                        System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"), null));
        String bucket = "mlops-it-" + UUID.randomUUID();
        TestBuckets.make(settings, bucket);
        new FaultRun(directory, settings, bucket, LEAST_PART).run(() -> {});
    }
}
