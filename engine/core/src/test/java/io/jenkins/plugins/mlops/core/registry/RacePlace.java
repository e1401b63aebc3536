package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a race is run, in words that a process can be started with.
 *
 * @param evidence a directory, or the URL of a place in a bucket
 * @param endpoint of the bucket, "" for a directory; the keys are in MLOPS_TEST_S3_ACCESS_KEY and _SECRET_KEY
 */
record RacePlace(String mlflow, String evidence, String endpoint, String model) {

    static final String ALIAS = "champion";
    static final int VERSIONS = 8;

    static RacePlace of(String[] arguments) {
        return new RacePlace(arguments[0], arguments[1], arguments[2], arguments[3]);
    }

    List<String> arguments() {
        return List.of(mlflow, evidence, endpoint, model);
    }

    static ObjectStoreSettings bucket(String endpoint) {
        return new ObjectStoreSettings(
                URI.create(endpoint),
                "us-east-1",
                new ObjectStoreSettings.Credentials(
                        System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"), null));
    }

    EvidenceStore openEvidence() {
        return endpoint.isEmpty()
                ? EvidenceStore.inDirectory(Path.of(evidence), Keyring.empty())
                : EvidenceStore.inBucket(bucket(endpoint), S3Uri.parse(evidence), Keyring.empty());
    }

    MlflowServer openMlflow() {
        return MlflowServer.connect(new MlflowSettings(URI.create(mlflow), null), null);
    }
}
