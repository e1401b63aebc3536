package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops dataset snapshot}. */
@Command(
        name = "snapshot",
        description = {
            "Write a manifest of what lies below a prefix, now or at a time, or of an output of DVC.",
            "Objects that this cache did not see before are read once to learn their digests; nothing is copied."
        },
        mixinStandardHelpOptions = true)
final class SnapshotCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Mixin
    private SourceOptions source;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write the manifest.")
    private Path out;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "8",
            description = "Objects read at a time, each on one connection (default: ${DEFAULT-VALUE}).")
    private int jobs;

    SnapshotCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Output printer = output.output(host);
        Path file = host.resolve(out);
        Manifest manifest;
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host));
                ProgressPrinter progress = printer.progress()) {
            manifest = new Datasets(store, cache.cache(host)).snapshot(source.reference(host), jobs, progress);
        }
        new WrittenManifest(manifest, file).write(printer);
        return 0;
    }
}
