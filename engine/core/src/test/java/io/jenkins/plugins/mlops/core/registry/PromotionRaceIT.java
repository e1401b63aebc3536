package io.jenkins.plugins.mlops.core.registry;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.store.TestBuckets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The {@link PromotionRace} with a real MLflow and a real S3 server; MLOPS_TEST_RACE_SECONDS makes it longer. */
class PromotionRaceIT {

    private static final int ROUNDS = 1000;
    private static final int ROUNDS_A_KILL = 3;

    @TempDir
    private Path directory;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void everyRoundHasOneWinnerWhoeverIsKilled() throws Exception {
        String mlflow = System.getenv("MLOPS_TEST_MLFLOW");
        String endpoint = System.getenv("MLOPS_TEST_S3");
        assumeTrue(mlflow != null, "MLOPS_TEST_MLFLOW names no MLflow server");
        assumeTrue(endpoint != null, "MLOPS_TEST_S3 names no S3 server");
        String seconds = System.getenv().getOrDefault("MLOPS_TEST_RACE_SECONDS", "45");
        String bucket = "race-" + UUID.randomUUID();
        TestBuckets.make(RacePlace.bucket(endpoint), bucket);
        RacePlace place = new RacePlace(mlflow, "s3://" + bucket + "/evidence", endpoint, bucket);
        try (MlflowServer server = place.openMlflow()) {
            for (int version = 1; version <= RacePlace.VERSIONS; version++) {
                TrackedRun run = server.createRun(place.model(), "run " + version, Map.of());
                server.createVersion(
                        place.model(), run.artifactUri() + "/model", run.runId(), PromotionRace.tags(version));
            }
        }
        new PromotionRace(directory).race(place, ROUNDS, ROUNDS_A_KILL, Duration.ofSeconds(Long.parseLong(seconds)));
    }
}
