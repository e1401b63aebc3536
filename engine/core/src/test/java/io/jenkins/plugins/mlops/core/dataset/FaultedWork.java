package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * A pull or a publication that faults are to meet, in this JVM or as a process of its own that can be killed.
 *
 * @param partSize from which on files go in parts
 * @param what a manifest, a prefix, or the directory of a DVC project
 * @param directory what is pulled into or published
 */
record FaultedWork(Operation operation, String what, Path directory, Path cache, long seed, long partSize) {

    /** The name of the output in DVC's project, and of what is published. */
    static final String NAME = "demo";

    /** Lets files that were just written count as old. */
    private static final Duration SETTLED = Duration.ofSeconds(10);

    private static final RetryPolicy HASTY = new RetryPolicy(4, Duration.ofMillis(1), Duration.ofMillis(5));

    enum Operation {
        MANIFEST,
        PREFIX,
        DVC,
        PUBLISH
    }

    /** A client that loses no time. */
    static ObjectStore connect(ObjectStoreSettings settings, Duration readTimeout) {
        return ObjectStore.connect(settings, HASTY, readTimeout);
    }

    void perform(ObjectStore store) throws java.io.IOException {
        DatasetCache kept = DatasetCache.at(cache);
        Random random = new Random(seed);
        int jobs = 1 + random.nextInt(4);
        if (operation == Operation.PUBLISH) {
            new DatasetPublication(
                            store,
                            kept,
                            NAME,
                            S3Uri.parse(what),
                            DatasetPolicy.ANYTHING,
                            new PublishOptions(jobs, PublishOptions.Links.REFUSE),
                            ProgressListener.NONE,
                            partSize,
                            Clock.offset(Clock.systemUTC(), SETTLED))
                    .run(directory);
            return;
        }
        PullOptions options = new PullOptions(
                jobs,
                random.nextBoolean() ? PullOptions.Placement.HARDLINK : PullOptions.Placement.COPY,
                Selection.ALL,
                false);
        DatasetReference reference =
                switch (operation) {
                    case MANIFEST -> DatasetReference.ofManifest(what);
                    case PREFIX -> DatasetReference.ofPrefix(what);
                    default -> DatasetReference.ofDvc(NAME, what, null);
                };
        new Datasets(store, kept).pull(reference, directory, options, ProgressListener.NONE);
    }

    /** The command that does it in a process of its own. */
    List<String> command(ObjectStoreSettings settings, Duration readTimeout) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                FaultedWork.class.getName(),
                settings.endpoint().toString(),
                settings.region(),
                settings.credentials().accessKeyId(),
                settings.credentials().secretAccessKey(),
                operation.name(),
                what,
                directory.toString(),
                cache.toString(),
                String.valueOf(seed),
                String.valueOf(partSize),
                readTimeout.toString());
    }

    /** Prints a failure that users can act on as {@code KIND message} and exits with 1. */
    public static void main(String[] args) throws java.io.IOException {
        ObjectStoreSettings settings = new ObjectStoreSettings(
                URI.create(args[0]), args[1], new ObjectStoreSettings.Credentials(args[2], args[3], null));
        try (ObjectStore store = connect(settings, Duration.parse(args[10]))) {
            new FaultedWork(
                            Operation.valueOf(args[4]),
                            args[5],
                            Path.of(args[6]),
                            Path.of(args[7]),
                            Long.parseLong(args[8]),
                            Long.parseLong(args[9]))
                    .perform(store);
        } catch (MlopsException e) {
            System.out.println(e.kind() + " " + e.getMessage());
            System.exit(1);
        }
    }
}
