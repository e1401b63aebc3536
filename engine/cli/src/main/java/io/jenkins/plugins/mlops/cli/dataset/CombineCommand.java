package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops dataset combine}. */
@Command(
        name = "combine",
        description = {
            "Write a manifest of several datasets, each in a directory of its own, whichever buckets they lie in.",
            "Prefixes are read as by 'snapshot'; nothing is copied."
        },
        mixinStandardHelpOptions = true)
final class CombineCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "What people call the dataset.")
    private String name;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write the manifest.")
    private Path out;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "8",
            description = "Objects read at a time, each on one connection (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Parameters(
            arity = "2..*",
            paramLabel = "DIR=DATASET",
            description =
                    "A directory and what it gets: s3://bucket/prefix, or a manifest (a file, or s3://bucket/key.json).")
    private List<String> parts;

    CombineCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Output printer = output.output(host);
        Map<String, DatasetReference> references = references();
        Manifest manifest;
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host));
                ProgressPrinter progress = printer.progress()) {
            manifest = new Datasets(store, cache.cache(host)).combine(name, references, jobs, progress);
        }
        new WrittenManifest(manifest, host.resolve(out)).write(printer);
        return 0;
    }

    private Map<String, DatasetReference> references() {
        Map<String, DatasetReference> references = new LinkedHashMap<>();
        for (String part : parts) {
            int equals = part.indexOf('=');
            if (equals <= 0 || equals == part.length() - 1) {
                throw MlopsException.usage("'" + part + "' is no part of a dataset: DIR=DATASET is wanted, such as"
                        + " images=s3://raw/camera");
            }
            DatasetReference reference =
                    DatasetReference.parse(part.substring(equals + 1)).relativeTo(host.directory());
            if (references.put(part.substring(0, equals), reference) != null) {
                throw MlopsException.usage(
                        "The directory '" + part.substring(0, equals) + "' is given twice: one part a directory");
            }
        }
        return references;
    }
}
