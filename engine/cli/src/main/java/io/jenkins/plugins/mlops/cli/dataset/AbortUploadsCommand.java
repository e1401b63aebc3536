package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.UnfinishedUpload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops dataset abort-uploads}. */
@Command(
        name = "abort-uploads",
        description = {
            "Have the store forget what broken publications left of large files.",
            "The parts of an upload that was not finished take room in the store, though nobody sees them."
        },
        mixinStandardHelpOptions = true)
final class AbortUploadsCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "S3-URL",
            description = "Where was published: s3://bucket/prefix.")
    private String to;

    @Option(
            names = "--older-than",
            paramLabel = "HOURS",
            defaultValue = "24",
            description = "Only uploads that were begun so many hours ago, longer than any publication takes that is at"
                    + " work (default: ${DEFAULT-VALUE}).")
    private long hours;

    @Option(names = "--dry-run", description = "Tell which they are, and leave them.")
    private boolean dryRun;

    AbortUploadsCommand(Host host) {
        this.host = host;
    }

    /** @param begun ISO 8601, by the store's clock */
    private record Upload(String object, String id, String begun) {}

    private record Document(boolean aborted, List<Upload> uploads) {}

    @Override
    public Integer call() {
        if (hours < 0) {
            throw MlopsException.usage("--older-than is " + hours + ": 0 hours or more are possible");
        }
        Output out = output.output(host);
        List<UnfinishedUpload> found;
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host))) {
            found = new Datasets(store, cache.cache(host))
                    .abortUploads(S3Uri.parse(to), Duration.ofHours(hours), dryRun);
        }
        StringBuilder text = new StringBuilder(found.isEmpty() ? "no" : String.valueOf(found.size()))
                .append(found.size() == 1 ? " unfinished upload" : " unfinished uploads")
                .append(found.isEmpty() ? "" : dryRun ? " found" : " aborted");
        found.forEach(upload -> text.append("\n  " + upload.begun() + "  " + upload.object()));
        out.result(
                text.toString(),
                new Document(
                        !dryRun,
                        found.stream()
                                .map(upload -> new Upload(
                                        upload.object().toString(),
                                        upload.id(),
                                        upload.begun().toString()))
                                .toList()));
        return 0;
    }
}
