package io.jenkins.plugins.mlops.cli.cache;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.cli.dataset.CacheDirectoryOptions;
import io.jenkins.plugins.mlops.cli.dataset.CacheOptions;
import io.jenkins.plugins.mlops.core.dataset.CacheStats;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.EvictionLimits;
import io.jenkins.plugins.mlops.core.dataset.EvictionResult;
import io.jenkins.plugins.mlops.core.document.TimeLimit;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops cache gc}. */
@Command(
        name = "gc",
        description = {
            "Shrink the dataset cache: leftovers go, then files, the least recently used first, until the limits are kept.",
            "What a pull or a build holds stays, and so does what is linked into directories. Pulls may go on meanwhile."
        },
        mixinStandardHelpOptions = true)
final class GcCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private CacheDirectoryOptions cache;

    @Option(
            names = "--max-bytes",
            paramLabel = "SIZE",
            description =
                    "What the cache may hold in all, such as 200GiB; else MLOPS_CACHE_MAX_BYTES, else any amount.")
    private String maxBytes;

    @Option(
            names = "--max-age",
            paramLabel = "TIME",
            description = "How long a file may stay that nobody uses, such as 30d; else any time.")
    private String maxAge;

    @Option(names = "--dry-run", description = "Say what would be removed, and remove nothing.")
    private boolean dryRun;

    GcCommand(Host host) {
        this.host = host;
    }

    private record Document(
            String directory,
            boolean dryRun,
            CacheStats.Amount evicted,
            CacheStats.Amount partial,
            CacheStats.Amount notes,
            CacheStats.Amount linked,
            CacheStats.Amount held,
            long bytesLeft) {}

    @Override
    public Integer call() {
        Output out = output.output(host);
        EvictionLimits limits = new EvictionLimits(
                CacheOptions.limit(host, maxBytes),
                maxAge == null ? null : TimeLimit.parse(maxAge).duration());
        DatasetCache evicted = cache.cache(host);
        EvictionResult result;
        try (ProgressPrinter progress = out.progress()) {
            result = evicted.evict(limits, dryRun, progress);
        }
        out.result(
                text(result),
                new Document(
                        evicted.directory().toString(),
                        dryRun,
                        result.evicted(),
                        result.partial(),
                        result.notes(),
                        result.linked(),
                        result.held(),
                        result.left()));
        return 0;
    }

    private String text(EvictionResult result) {
        return (dryRun ? "would evict " : "evicted ") + amount(result.evicted())
                + part("partial downloads", result.partial())
                + part("notes", result.notes())
                + "\n  " + (dryRun ? "would leave " : "leaves ") + Amounts.bytes(result.left())
                + part("linked into directories, where evicting frees nothing", result.linked())
                + part("held", result.held());
    }

    private static String part(String what, CacheStats.Amount amount) {
        return amount.files() == 0 ? "" : "\n  " + what + ": " + amount(amount);
    }

    private static String amount(CacheStats.Amount amount) {
        return Amounts.filesAndBytes(amount.files(), amount.bytes());
    }
}
