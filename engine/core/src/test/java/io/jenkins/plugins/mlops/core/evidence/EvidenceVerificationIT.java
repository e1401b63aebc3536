package io.jenkins.plugins.mlops.core.evidence;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.TestBuckets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/** As {@link EvidenceVerificationTest}, in a bucket of a real S3 server, which {@code MLOPS_TEST_S3} names. */
class EvidenceVerificationIT extends EvidenceTampering {

    private ObjectStore store;

    @Override
    Place newPlace() throws IOException {
        String address = System.getenv("MLOPS_TEST_S3");
        assumeTrue(address != null, "MLOPS_TEST_S3 names no S3 server");
        ObjectStoreSettings settings = new ObjectStoreSettings(
                URI.create(address),
                "us-east-1",
                new ObjectStoreSettings.Credentials(
                        System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"), null));
        S3Uri root = new S3Uri("mlops-it-" + UUID.randomUUID().toString().substring(0, 8), "evi dence");
        TestBuckets.make(settings, root.bucket());
        store = ObjectStore.connect(settings);
        return new Place() {
            @Override
            public WriteOnce objects() {
                return new BucketObjects(store, root);
            }

            @Override
            public void overwrite(String name, byte[] bytes) throws IOException {
                Path file = Files.write(directory.resolve("sent"), bytes);
                store.put(root.resolve(name), LocalFile.read(file));
            }

            @Override
            public void delete(String name) throws IOException {
                TestBuckets.delete(settings, root.resolve(name));
            }
        };
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }
}
