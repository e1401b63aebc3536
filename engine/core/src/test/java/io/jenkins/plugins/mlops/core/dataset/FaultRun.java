package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.store.FaultyWay;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.StoreFault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Pulls and publications among random faults: {@code -Dfaults.count} of them in all, after {@code -Dfaults.seed}, which a failure
 * tells.
 */
final class FaultRun {

    private static final String FEW = "60";
    /** Failures after which no more are looked for. */
    private static final int MANY = 20;
    /** Faults in which every kind happens. */
    private static final int ALL_KINDS = 1000;

    private final Path directory;
    private final ObjectStoreSettings direct;
    private final String bucket;
    private final int partSize;

    /** @param partSize from which on files go in parts */
    FaultRun(Path directory, ObjectStoreSettings direct, String bucket, int partSize) {
        this.partSize = partSize;
        this.directory = directory;
        this.direct = direct;
        this.bucket = bucket;
    }

    /** @param clean runs after each pull or publication */
    void run(Runnable clean) throws Exception {
        int count = Integer.parseInt(System.getProperty("faults.count", FEW));
        long seed = Long.getLong("faults.seed", 1);
        int runs = 0;
        List<String> failures = new ArrayList<>();
        Map<FaultScenario.Trouble, Integer> troubles = new EnumMap<>(FaultScenario.Trouble.class);
        Map<StoreFault, Integer> kinds;
        try (FaultyWay way = new FaultyWay(direct.endpoint())) {
            while (way.injected() < count && failures.size() < MANY) {
                long own = seed + runs++;
                Path room = Files.createDirectories(directory.resolve("s" + own));
                FaultScenario scenario = new FaultScenario(own, room, direct, bucket, way, partSize);
                troubles.merge(scenario.trouble(), 1, Integer::sum);
                try {
                    scenario.run();
                } catch (Exception | AssertionError e) {
                    StringWriter trace = new StringWriter();
                    e.printStackTrace(new PrintWriter(trace));
                    failures.add("-Dfaults.seed=" + own + " -Dfaults.count=1: " + scenario + "\n" + trace);
                }
                FileTree.delete(room);
                clean.run();
            }
            kinds = way.kinds();
            System.out.println(way.injected() + " faults in " + runs + " runs from the seed " + seed + ": " + kinds
                    + ", clients with " + troubles);
        }
        assertThat(failures).isEmpty();
        if (count >= ALL_KINDS) {
            assertThat(kinds).containsKeys(of(StoreFault.values(), FaultyWay::isDrawn));
            assertThat(troubles).containsKeys(of(FaultScenario.Trouble.values(), FaultScenario::isPossible));
        }
    }

    private static <T> T[] of(T[] all, Predicate<T> wanted) {
        return Arrays.stream(all).filter(wanted).toArray(size -> Arrays.copyOf(all, size));
    }
}
