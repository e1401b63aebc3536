package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.store.FaultyS3;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults on the way to a store in this JVM. */
class FaultsTest {

    @TempDir
    private Path directory;

    @Test
    void theOutcomeIsExactOrNothingAndARepeatGoesOn() throws Exception {
        try (FaultyS3 s3 = new FaultyS3()) {
            Runnable empty = () -> {
                s3.keys().forEach(s3::remove);
                s3.put("data/other", new byte[] {1}); // it has no empty buckets
            };
            empty.run();
            new FaultRun(directory, s3.settings(), "data", 256 * 1024).run(empty);
        }
    }
}
