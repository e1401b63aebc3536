package io.jenkins.plugins.mlops.core.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Registration;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.store.BucketProtection;
import io.jenkins.plugins.mlops.core.store.BucketProtection.Setting;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.TestBuckets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What protects a bucket of the S3 server that {@code MLOPS_TEST_S3} names, and an evidence store in one that locks its objects. */
class LockedBucketIT {

    @TempDir
    private Path directory;

    private final String bucket = "mlops-it-" + UUID.randomUUID().toString().substring(0, 8);
    private ObjectStoreSettings settings;

    @BeforeEach
    void connect() {
        String address = System.getenv("MLOPS_TEST_S3");
        assumeTrue(address != null, "MLOPS_TEST_S3 names no S3 server");
        settings = new ObjectStoreSettings(
                URI.create(address),
                "us-east-1",
                new ObjectStoreSettings.Credentials(
                        System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"), null));
    }

    @Test
    void aPlainBucketIsSaidToProtectNothing() throws IOException {
        TestBuckets.make(settings, bucket);
        try (EvidenceStore evidence = EvidenceStore.inBucket(settings, new S3Uri(bucket, "e"), Keyring.empty())) {
            BucketProtection protection = evidence.protection().orElseThrow();
            assertThat(protection.versioning()).isNotEqualTo(Setting.ON);
            assertThat(protection.objectLock()).isNotEqualTo(Setting.ON);
            assertThat(protection.retention()).isNull();
        }
    }

    @Test
    void aLockedBucketTakesEvidenceAndKeepsWhatIsDeleted() throws IOException {
        assumeTrue(TestBuckets.makeLocked(settings, bucket), "the server has no object lock");
        S3Uri root = new S3Uri(bucket, "e");
        try (EvidenceStore evidence = EvidenceStore.inBucket(settings, root, Keyring.empty())) {
            BucketProtection protection = evidence.protection().orElseThrow();
            assertThat(protection.versioning()).isEqualTo(Setting.ON);
            assertThat(protection.objectLock()).isEqualTo(Setting.ON);
            assertThat(protection.retention()).isEqualTo("GOVERNANCE 1 days");
            evidence.init(Clock.systemUTC());
            Statement statement = new Registration("digits", 1, "s3://m", "run", null, "ann", Instant.EPOCH)
                    .statement(Digest.of("model"));
            evidence.add(statement.digest(), statement.toBytes());
            EvidenceVerification verification =
                    new EvidenceVerification(evidence, LineageStore.open(directory.resolve("auditor")), false);
            assertThat(verification.verify().records()).isEqualTo(1);
            TestBuckets.delete(settings, root.resolve(Layout.record(statement.digest())));
            assertThat(new EvidenceVerification(evidence, LineageStore.open(directory.resolve("auditor")), false)
                            .verify()
                            .findings())
                    .as("a deletion only hides a locked version, and is found")
                    .anySatisfy(check -> assertThat(check.detail()).contains("it was deleted"));
        }
    }
}
