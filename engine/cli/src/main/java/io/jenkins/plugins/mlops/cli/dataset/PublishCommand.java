package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.dataset.PublishResult;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops dataset publish}. */
@Command(
        name = "publish",
        description = {
            "Publish a directory as a version of a dataset.",
            "Files that the store has already are not sent again; the manifest is written last."
        },
        mixinStandardHelpOptions = true)
final class PublishCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Parameters(paramLabel = "DIR", description = "What to publish.")
    private Path directory;

    @Option(names = "--name", required = true, description = "The dataset's name.")
    private String name;

    @Option(names = "--to", required = true, paramLabel = "S3-URL", description = "s3://bucket/prefix.")
    private String to;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "8",
            description = "Files sent at a time, each on one connection (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--links",
            defaultValue = "refuse",
            description = "What to do with symbolic links: refuse, follow or skip (default: ${DEFAULT-VALUE}).")
    private PublishOptions.Links links;

    PublishCommand(Host host) {
        this.host = host;
    }

    private record Uploaded(long files, long bytes) {}

    private record Document(
            String name,
            String version,
            String source,
            String manifest,
            long files,
            long bytes,
            Uploaded uploaded,
            double seconds) {}

    @Override
    public Integer call() {
        Output out = output.output(host);
        S3Uri destination = S3Uri.parse(to);
        PublishOptions options = new PublishOptions(jobs, links);
        PublishResult result;
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host));
                ProgressPrinter progress = out.progress()) {
            result = new Datasets(store, cache.cache(host))
                    .publish(host.resolve(directory), name, destination, options, progress);
        }
        String version = result.manifest().content().toString();
        String text = name + " " + version + "\n  " + result.location() + "\n  "
                + Amounts.filesAndBytes(
                        result.manifest().files(), result.manifest().bytes()) + "; sent "
                + Amounts.filesAndBytes(result.uploadedFiles(), result.uploadedBytes()) + " in "
                + Sizes.seconds(result.time());
        out.result(
                text,
                new Document(
                        name,
                        version,
                        result.manifest().source().id(),
                        result.location().toString(),
                        result.manifest().files(),
                        result.manifest().bytes(),
                        new Uploaded(result.uploadedFiles(), result.uploadedBytes()),
                        Sizes.toSeconds(result.time())));
        return 0;
    }
}
