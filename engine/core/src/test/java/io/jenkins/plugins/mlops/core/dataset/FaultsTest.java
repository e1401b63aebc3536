package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.FaultyWay;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pulls and publications among random faults: {@code -Dfaults.count} of them in all, after {@code -Dfaults.seed}, which a failure
 * tells.
 */
class FaultsTest {

    private static final String FEW = "60";
    /** Failures after which no more are looked for. */
    private static final int MANY = 20;

    @TempDir
    private Path directory;

    @Test
    void theOutcomeIsExactOrNothingAndARepeatGoesOn() throws Exception {
        try (FaultyS3 s3 = new FaultyS3();
                FaultyWay way = new FaultyWay(s3.endpoint())) {
            Files.createDirectories(directory);
            int count = Integer.parseInt(System.getProperty("faults.count", FEW));
            long seed = Long.getLong("faults.seed", ThreadLocalRandom.current().nextLong(1_000_000));
            int scenarios = 0;
            List<String> failures = new ArrayList<>();
            while (way.injected() < count && failures.size() < MANY) {
                long own = seed + scenarios++;
                Path room = Files.createDirectories(directory.resolve("s" + own));
                s3.put("data/other", new byte[] {1}); // there are no empty buckets
                FaultScenario scenario = new FaultScenario(own, room, s3.settings(), "data", way);
                try {
                    scenario.run();
                } catch (Exception | AssertionError e) {
                    StringWriter trace = new StringWriter();
                    e.printStackTrace(new PrintWriter(trace));
                    failures.add("-Dfaults.seed=" + own + " -Dfaults.count=1: " + scenario + "\n" + trace);
                }
                FileTree.delete(room);
                s3.keys().forEach(s3::remove);
            }
            System.out.println(way.injected() + " faults in " + scenarios + " runs from the seed " + seed);
            assertThat(failures).isEmpty();
        }
    }
}
