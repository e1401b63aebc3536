package io.jenkins.plugins.mlops.cli.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.dataset.Selection;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops dataset pull}. */
@Command(
        name = "pull",
        description = {
            "Make a directory hold exactly one version of a dataset.",
            "Every byte is verified; the directory appears when all is there, or stays as it was."
        },
        mixinStandardHelpOptions = true)
final class PullCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Mixin
    private SourceOptions source;

    @Mixin
    private EvidenceOptions evidence;

    @Mixin
    private LineageStoreOption lineageStore;

    @Option(
            names = "--into",
            required = true,
            paramLabel = "DIR",
            description = "The directory: absent, empty, or of an earlier pull, which is replaced.")
    private Path into;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "8",
            description = "Downloads at a time, each on one connection (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--link",
            defaultValue = "hardlink",
            description =
                    "How files get from the cache into DIR: hardlink (read-only), reflink (a copy that shares its bytes until it is"
                            + " written to) or copy; both fall back to copy (default: ${DEFAULT-VALUE}).")
    private PullOptions.Placement placement;

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description =
                    "Only files that match; may be given several times. '*.png' matches names, 'a/**' whole paths.")
    private List<String> include = new ArrayList<>();

    @Option(names = "--sample", paramLabel = "N", description = "Only N files, the same ones every time.")
    private Integer sample;

    @Option(names = "--force", description = "Delete files in DIR that no pull put there.")
    private boolean force;

    PullCommand(Host host) {
        this.host = host;
    }

    private record Downloaded(long files, long bytes) {}

    private record Partial(List<String> include, int sample, long filesInVersion) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Document(
            String name,
            String version,
            String source,
            long files,
            long bytes,
            Downloaded downloaded,
            double seconds,
            String directory,
            Partial partial) {}

    @Override
    public Integer call() {
        Output out = output.output(host);
        if (sample != null && sample < 1) {
            throw MlopsException.usage("--sample wants 1 or more files, not " + sample);
        }
        Selection selection = new Selection(include, sample == null ? 0 : sample);
        PullOptions options = new PullOptions(jobs, placement, selection, force);
        Path directory = host.resolve(into);
        PullResult result;
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host));
                ProgressPrinter progress = out.progress()) {
            Withdrawals withdrawals = evidence.withdrawals(host, servers, lineageStore.open(host));
            result = new Datasets(store, cache.cache(host), withdrawals)
                    .pull(source.reference(host), directory, options, progress);
        }
        out.result(text(result, directory, selection), document(result, directory, selection));
        return 0;
    }

    private static String text(PullResult result, Path directory, Selection selection) {
        return result.version().name() + " " + result.version().contentId() + "\n  " + directory + "\n  "
                + Amounts.filesAndBytes(result.files(), result.bytes())
                + (selection.isAll()
                        ? ""
                        : " of "
                                + Amounts.filesAndBytes(
                                        result.version().files(),
                                        result.version().bytes()))
                + "; downloaded " + Amounts.filesAndBytes(result.downloadedFiles(), result.downloadedBytes()) + " in "
                + Sizes.seconds(result.time());
    }

    private static Document document(PullResult result, Path directory, Selection selection) {
        return new Document(
                result.version().name(),
                result.version().contentId().toString(),
                result.version().sourceId(),
                result.files(),
                result.bytes(),
                new Downloaded(result.downloadedFiles(), result.downloadedBytes()),
                Sizes.toSeconds(result.time()),
                directory.toString(),
                selection.isAll()
                        ? null
                        : new Partial(
                                selection.include(),
                                selection.sample(),
                                result.version().files()));
    }
}
