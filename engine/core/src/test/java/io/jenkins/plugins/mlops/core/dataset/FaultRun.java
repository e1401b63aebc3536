package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.store.FaultyWay;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.StoreFault;
import java.io.IOException;
import java.io.PrintWriter;
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
    /** Failures after which no more are looked for: what a CI server shows of its output's end has room for so many. */
    private static final int MANY = 8;
    /** Characters that are told of a failure. */
    private static final int SHORT = 400;
    /** Where the whole of a failure is written to. */
    private static final Path DETAILS = Path.of("target", "faults");
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
                    failures.add(inShort(own, scenario, e));
                }
                FileTree.delete(room);
                clean.run();
            }
            kinds = way.kinds();
            System.out.println(way.injected() + " faults in " + runs + " runs from the seed " + seed + ": " + kinds
                    + ", clients with " + troubles);
        }
        assertThat(failures)
                .as("what went wrong; whole in %s", DETAILS.toAbsolutePath())
                .isEmpty();
        if (count >= ALL_KINDS) {
            assertThat(kinds).containsKeys(of(StoreFault.values(), FaultyWay::isDrawn));
            assertThat(troubles).containsKeys(of(FaultScenario.Trouble.values(), FaultScenario::isPossible));
        }
    }

    /** A line for people; all that is known goes to a file. */
    private static String inShort(long own, FaultScenario scenario, Throwable e) throws IOException {
        Path details = Files.createDirectories(DETAILS).resolve("s" + own + ".txt");
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(details))) {
            out.println(scenario);
            scenario.faults().forEach(out::println);
            e.printStackTrace(out);
        }
        String cause = e.getMessage() == null ? e.toString() : e.getMessage().replaceAll("\\s+", " ");
        String line = "-Dfaults.seed=" + own + " -Dfaults.count=1 (" + scenario + "): " + cause.strip();
        return line.length() > SHORT ? line.substring(0, SHORT) + "..." : line;
    }

    private static <T> T[] of(T[] all, Predicate<T> wanted) {
        return Arrays.stream(all).filter(wanted).toArray(size -> Arrays.copyOf(all, size));
    }
}
