package io.jenkins.plugins.mlops.core.registry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The {@link PromotionRace} with an evidence store in a directory and an MLflow in memory; MLOPS_TEST_RACE_ROUNDS makes it longer. */
class DirectoryRaceIT {

    private static final int ROUNDS_A_KILL = 12;

    @TempDir
    private Path directory;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void everyRoundHasOneWinnerWhoeverIsKilled() throws Exception {
        int rounds = Integer.parseInt(System.getenv().getOrDefault("MLOPS_TEST_RACE_ROUNDS", "200"));
        String model = "raced";
        try (MemoryMlflow mlflow = new MemoryMlflow(model)) {
            for (int version = 1; version <= RacePlace.VERSIONS; version++) {
                mlflow.registry.add(PromotionRace.tags(version));
            }
            RacePlace place = new RacePlace(
                    mlflow.uri().toString(), directory.resolve("evidence").toString(), "", model);
            new PromotionRace(directory).race(place, rounds, ROUNDS_A_KILL, Duration.ofMinutes(25));
        }
    }
}
